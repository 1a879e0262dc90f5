import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runScript } from '../run-script.js'
import { startEmbeddedPostgres } from './embedded-postgres.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'inlet-embedded-'))
  chmodSync(root, 0o755)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('startEmbeddedPostgres', () => {
  it('keeps its data and its password across a restart', async () => {
    const options = { directory: path.join(root, 'postgres'), durable: true, password: 'se cret/' }
    const first = await startEmbeddedPostgres(options)
    await runScript(first.url('postgres'), 'CREATE TABLE kept AS SELECT 7 AS n')
    await expect(runScript(first.url('postgres').replace('se%20cret', 'wrong'), 'SELECT 1')).rejects.toThrow(/password/)
    await first.stop()
    await first.exited
    const second = await startEmbeddedPostgres({ ...options, port: first.port })
    expect(await runScript(second.url('postgres'), 'SELECT n FROM kept')).toEqual([{ n: 7 }])
    await second.stop()
  })

  it('waits for a server of the same folder that is about to end', async () => {
    const options = { directory: path.join(root, 'postgres'), durable: false }
    const first = await startEmbeddedPostgres(options)
    const second = startEmbeddedPostgres(options)
    const log = path.join(options.directory, 'postgres.log')
    while (!readFileSync(log, 'utf8').includes('lock file "postmaster.pid" already exists')) await setTimeout(25)
    await first.stop()
    const started = await second
    expect(await runScript(started.url('postgres'), 'SELECT 1 AS n')).toEqual([{ n: 1 }])
    await started.stop()
  })

  // Only Linux counts page faults in a file.
  it.skipIf(process.platform !== 'linux')('keeps the memory that a batch needs for the next one', async () => {
    const server = await startEmbeddedPostgres({ directory: path.join(root, 'postgres'), durable: false })
    const client = new pg.Client({ connectionString: server.url('postgres') })
    await client.connect()
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const readFaults = (): number =>
      Number(
        readFileSync(`/proc/${rows[0]?.pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')[7],
      )
    const batch = Buffer.alloc(2_000_000, 'x')
    const send = async (): Promise<unknown> => client.query('SELECT length($1::bytea || $1::bytea)', [batch])
    for (let n = 0; n < 3; n += 1) await send()
    const before = readFaults()
    for (let n = 0; n < 10; n += 1) await send()
    // Ten batches of 2 MB are 4,900 pages.
    expect(readFaults() - before).toBeLessThan(1_000)
    await client.end()
    await server.stop()
  })

  it.skipIf(process.getuid?.() !== 0)('says what to do about a folder that its user cannot enter (only as root)', async () => {
    chmodSync(root, 0o700)
    await expect(startEmbeddedPostgres({ directory: path.join(root, 'postgres'), durable: false })).rejects.toThrow(/chmod o\+x/)
  })
})
