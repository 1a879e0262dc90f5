import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import type { RunView, UploadView } from '@inlet/contract'
import { createDatabase, type Database, insertApiKey } from '@inlet/db'
import { createApiKey, parseKeyring } from '@inlet/security'
import { createTestDatabase, type TestDatabase, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { runProgram } from '../../apps/cli/src/program/run-program.js'
import { createTerminal } from '../../apps/cli/src/terminal/terminal.js'
import { type Cluster, createCluster } from '../harness/cluster.js'

const MAX_BYTES = 40_000_000

describe('inlet uploads on a real installation', () => {
  let folder: string
  let store: TestDatabase
  let database: Database
  let cluster: Cluster
  let keys: { readonly write: string; readonly read: string }
  let url: string

  const run = async (...args: readonly string[]) => runAs(keys.write, args)
  const runAs = async (key: string, args: readonly string[], onOut = (_out: string): void => {}) => {
    let out = ''
    let err = ''
    const write = (text: string): void => onOut((out += text))
    const context = {
      terminal: createTerminal({ write }),
      stdout: new PassThrough(),
      env: { INLET_URL: url, INLET_API_KEY: key },
      stopped: new Promise(() => {}),
      confirm: async () => false,
      ask: async () => '',
    }
    const code = await runProgram(args, context, { stdout: write, stderr: (text) => void (err += text) })
    return { code, out, err }
  }
  const file = (name: string, text: string): string => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
    return path.join(folder, name)
  }
  const uploadOf = async (source: string): Promise<UploadView> => {
    const { items } = JSON.parse((await run('uploads', '-o', 'json')).out) as { items: UploadView[] }
    const upload = items.find(({ sources }) => sources.some(({ slug }) => slug === source))
    if (upload === undefined) throw new Error(`no upload of ${source}`)
    return upload
  }
  const lastRun = (out: string): RunView => JSON.parse(out.trim().split('\n').at(-1) ?? '') as RunView
  const rowsOf = async (source: string): Promise<Record<string, string>> => {
    const { rows } = await database.pool.query<{ id: string; value: string }>(
      `SELECT r.data->>'id' AS id, r.data->>'value' AS value FROM records r JOIN streams s ON s.id = r.stream_id JOIN sources o ON o.id = s.source_id
       WHERE o.slug = $1 AND s.name = 'rows' AND r.deleted_at IS NULL`,
      [source],
    )
    return Object.fromEntries(rows.map(({ id, value }) => [id, value]))
  }
  const table = (rows: Readonly<Record<string, string>>): string =>
    `id,value\n${Object.entries(rows)
      .map((row) => row.join(','))
      .join('\n')}\n`
  const create = (name: string, text: string) => run('sources', 'create', file(name, text), '--set', 'keyFields=id', '--follow')

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'inlet-uploads-'))
    store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    cluster = createCluster({ databaseUrl: store.url, env: { INLET_UPLOAD_MAX_BYTES: String(MAX_BYTES) } })
    const [api] = await Promise.all([cluster.start('api'), cluster.start('worker'), cluster.start('scribe')])
    url = `http://127.0.0.1:${api.opsPort}`
    database = createDatabase({ url: store.url, applicationName: 'test', poolSize: 1 })
    const add = async (scope: 'write' | 'read'): Promise<string> => {
      const key = createApiKey(parseKeyring(cluster.encryptionKeys))
      await insertApiKey(database, { id: key.id, name: scope, hash: key.hash, scopes: [scope], expiresAt: null }, 'test')
      return key.plaintext
    }
    keys = { write: await add('write'), read: await add('read') }
    const isReady = async (): Promise<boolean> => (await fetch(`${url}/ready`).catch(() => undefined))?.ok === true
    await until(isReady, { timeoutMs: 115_000, everyMs: 50, what: 'the api' })
  })
  afterAll(async () => {
    await database.close()
    await cluster.close()
    await store.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('replaces a file by one command: what changed is changed, what is gone is deleted, what stayed is not touched', async () => {
    expect((await create('prices.csv', table({ a: '1', b: '2', c: '3' }))).code).toBe(0)
    const before = await uploadOf('prices')
    expect((await run('uploads')).out).toMatch(/^prices\.csv +prices +\d+ B +\d+ s ago +read +[0-9a-f-]{36}$/mu)

    const replaced = await run('uploads', 'replace', 'prices', file('prices.csv', table({ a: '1', b: '20', d: '4' })), '--follow', '-o', 'json')
    expect([replaced.code, lastRun(replaced.out)]).toMatchObject([0, { outcome: 'ok', error: null }])
    expect(await rowsOf('prices')).toEqual({ a: '1', b: '20', d: '4' })
    // Besides the rows, the record of the file itself has changed.
    expect(lastRun(replaced.out).counts).toMatchObject({ inserted: 1, updated: 2, deleted: 1, unchanged: 1 })
    expect(await uploadOf('prices')).toMatchObject({ id: before.id, replacedAt: expect.any(String), sources: [{ state: 'read', problem: null }] })

    const same = await run('uploads', 'replace', 'prices', path.join(folder, 'prices.csv'))
    expect([same.code, same.out]).toEqual([0, 'prices.csv: the same content as before\n'])
  })

  it('leaves what it refuses as it was, and says why', async () => {
    const before = await uploadOf('prices')
    const denied = await runAs(keys.read, ['uploads', 'replace', 'prices', file('prices.csv', table({ z: '1' }))])
    expect([denied.code, denied.err]).toEqual([77, expect.stringContaining('write')])
    const large = await run('uploads', 'replace', 'prices', file('prices.csv', 'x'.repeat(MAX_BYTES + 100_000)))
    expect([large.code, large.err]).toEqual([1, expect.stringContaining(`an upload may have at most ${MAX_BYTES} bytes`)])
    const empty = await run('uploads', 'replace', 'prices', file('prices.csv', ''))
    expect([empty.code, empty.err]).toEqual([1, expect.stringContaining('the upload has no bytes')])
    const bad = await run('uploads', 'replace', before.id, file('a\u202eb.csv', table({ z: '1' })))
    expect([bad.code, bad.err]).toEqual([1, expect.stringContaining('invisible or direction-changing')])
    expect((await run('uploads', 'replace', 'prices', folder)).err).toContain('is a folder')
    expect((await run('uploads', 'replace', 'nothing', file('prices.csv', 'id\n'))).err).toContain(
      'there is no upload, and no source, called nothing',
    )
    expect(await uploadOf('prices')).toEqual(before)
    expect(await rowsOf('prices')).toEqual({ a: '1', b: '20', d: '4' })
  })

  it('keeps the records of a file that cannot be used, and shows the reason beside it', async () => {
    const page = file('prices.csv', '<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>')
    expect((await run('uploads', 'replace', 'prices', page, '--follow')).code).not.toBe(0)
    expect(await rowsOf('prices')).toEqual({ a: '1', b: '20', d: '4' })
    expect((await run('uploads')).out).toMatch(/prices\.csv .* CONTENT_MISMATCH /u)
  })

  it('never mixes two contents when one is replaced while a run reads it', async () => {
    const rows = (value: string, count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, value + 'x'.repeat(400)]))
    const [first, second] = [rows('first', 60_000), rows('second', 50_000)]
    const text = table(second)
    const creating = run('sources', 'create', file('big.csv', table(first)), '--set', 'keyFields=id', '-o', 'json')
    const firstRows = 'SELECT FROM records r JOIN streams s ON s.id = r.stream_id JOIN sources o ON o.id = s.source_id WHERE o.slug = $1 LIMIT 1'
    await until(async () => (await database.pool.query(firstRows, ['big'])).rowCount === 1, { timeoutMs: 60_000, everyMs: 5, what: 'the first rows' })
    // Nothing is stored until it is released, so the run cannot end before its file is replaced.
    const lock = await database.pool.connect()
    let written = ''
    let replacing: ReturnType<typeof run> | undefined
    try {
      await lock.query('BEGIN; LOCK TABLE records IN SHARE ROW EXCLUSIVE MODE')
      await creating
      replacing = runAs(keys.write, ['uploads', 'replace', 'big', file('big.csv', text), '--follow'], (out) => (written = out))
      await until(() => written.includes('waiting for its active run to end'), { timeoutMs: 60_000, what: 'the replacement' })
    } finally {
      await lock.query('ROLLBACK')
      lock.release()
    }
    expect((await replacing).code).toBe(0)
    const made = JSON.parse((await creating).out) as { runId: string }
    const before = JSON.parse((await run('runs', 'get', made.runId, '-o', 'json')).out) as RunView
    // A run that loses its lease on a very busy machine begins again, with the new content.
    const inserted = before.attempt === 1 ? 60_001 : before.counts.inserted
    expect(before).toMatchObject({ outcome: 'ok', counts: { inserted, deleted: 0 } })
    expect(await rowsOf('big')).toEqual(second)
    expect(await uploadOf('big')).toMatchObject({ sources: [{ state: 'read' }] })
  })

  it('leaves the run to its schedule or to somebody else when asked to', async () => {
    expect((await create('later.csv', table({ a: '1' }))).code).toBe(0)
    const later = await run('uploads', 'replace', 'later.csv', file('later.csv', table({ a: '2' })), '--no-run')
    expect([later.code, later.out]).toEqual([0, expect.stringContaining('later: its next run reads it; now: inlet run later')])
    expect(await uploadOf('later')).toMatchObject({ sources: [{ state: 'waiting' }] })
    await run('sources', 'pause', 'later')
    const paused = await run('uploads', 'replace', 'later', file('later.csv', table({ a: '3' })))
    expect([paused.code, paused.out]).toEqual([0, expect.stringContaining('inlet sources resume later')])
    await run('sources', 'resume', 'later')
    await run('run', 'later', '--follow')
    expect(await rowsOf('later')).toEqual({ a: '3' })
  })

  it('deletes a file that is read only with a yes, and its records with the next run', async () => {
    const upload = await uploadOf('later')
    const asked = await run('uploads', 'delete', 'later')
    expect([asked.code, asked.err]).toEqual([1, expect.stringMatching(/later\.csv is read by later: .* add --yes/u)])
    expect((await run('uploads', 'get', upload.id)).out).toContain('later (read)')
    expect((await run('uploads', 'delete', 'later', '--yes')).out).toBe('later.csv: deleted\n')
    await run('run', 'later', '--follow')
    expect(await rowsOf('later')).toEqual({})
    expect((await run('uploads', 'replace', 'later', path.join(folder, 'later.csv'))).err).toContain('the upload of later was deleted')
    const unused = await run('uploads', 'create', file('new.csv', table({ a: '1' })))
    expect(unused.out).toMatch(/^new\.csv: uploaded \(\d+ B\), [0-9a-f-]{36}$/mu)
    expect((await run('uploads')).out).toMatch(/^new\.csv .* unused /mu)
    expect((await run('uploads', 'delete', 'new.csv')).code).toBe(0)
  })
})
