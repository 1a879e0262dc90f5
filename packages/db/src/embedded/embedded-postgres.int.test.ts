import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
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

  it.skipIf(process.getuid?.() !== 0)('says what to do about a folder that its user cannot enter (only as root)', async () => {
    chmodSync(root, 0o700)
    await expect(startEmbeddedPostgres({ directory: path.join(root, 'postgres'), durable: false })).rejects.toThrow(/chmod o\+x/)
  })
})
