import { acquireLease, applyBatch, createRun, ensureStreams } from '@inlet/db'
import { type TestEntry, testBatch, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { followStream } from '../../testing/follow-stream.js'
import { expectContract, insertRecords, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
let source: { id: string; slug: string }
let put: (entries: readonly TestEntry[]) => Promise<void>
beforeAll(async () => {
  api = await startApi()
  source = (await api.post('/v1/sources', newSource())).body
  await ensureStreams(api.database, source.id, [{ name: 'main', kind: 'row' }])
  const run = await api.database.transaction((client) => createRun(client, { sourceId: source.id, trigger: 'manual' }))
  const lease = await acquireLease(api.database, { runId: run?.id ?? '', holder: 'worker', ttlMs: 600_000 })
  if (!lease.taken) throw new Error(lease.because)
  let seq = 0
  put = async (entries) => {
    seq += 1
    await applyBatch(api.database, testBatch({ ...lease.run, seq }, entries))
  }
})
afterAll(() => api.close())

/** Reads all changes after a token; returns them with the next token. */
const readAll = async (after: string | undefined, query = ''): Promise<{ items: { op: string; key: string }[]; token: string }> => {
  const items: { op: string; key: string }[] = []
  for (let token = after; ; ) {
    const { body } = await api.get(`/v1/changes?limit=3${query}${token === undefined ? '' : `&after=${token}`}`)
    items.push(...body.items)
    token = body.nextToken as string
    if (!body.more) return { items, token }
  }
}

const keysOf = (text: string): string[] => [...text.matchAll(/^data: .*?"key":"([^"]*)","record"/gmu)].map((match) => match[1] ?? '')

describe('GET /v1/changes', () => {
  it('shows what is stored, then what changes, page by page', async () => {
    await put(['a', 'b', 'c', 'd'].map((key) => ({ key, data: '{"v":12345678901234567890,"long":"' + 'x'.repeat(3_000) + '"}' })))
    const page = await api.get('/v1/changes?limit=2')
    expectContract(page, 'listChanges')
    expect(page.text).toContain('12345678901234567890')
    expect(page.body.items[0].record.data.long).toHaveLength(3_000)
    const { token } = await readAll(undefined)
    await put([
      { key: 'b', v: 2 },
      { op: 'd', key: 'c' },
    ])
    let seen = await readAll(token)
    await until(async () => {
      seen = await readAll(token)
      return seen.items.length === 2
    })
    expect(seen.items.map(({ op, key }) => `${op} ${key}`)).toEqual(['upsert b', 'delete c'])
    expect((await readAll(seen.token)).items).toEqual([])
    const short = await api.get('/v1/changes?fields=data.v&limit=1')
    expect(short.body.items[0].record).toMatchObject({ omitted: ['long'] })
    expect((await readAll(undefined, `&source=${source.slug}&stream=other`)).items).toEqual([])
  })

  it('names the source of each change, also once it is deleted', async () => {
    const { body: other } = await api.post('/v1/sources', newSource({ name: 'Other shop', slug: 'other-shop' }))
    const now = await readAll('now')
    await insertRecords(api.database, other.id, [{ key: 'x' }])
    const { body: record } = await api.get('/v1/records?source=other-shop')
    expect(record.items[0].provenance).toMatchObject({ sourceId: other.id, slug: 'other-shop', source: 'Other shop' })
    await api.delete(`/v1/sources/${other.id}`)
    let seen = await readAll(now.token)
    await until(async () => {
      seen = await readAll(now.token)
      return seen.items.some(({ op }) => op === 'source_deleted')
    })
    expect(seen.items.at(-1)).toMatchObject({ op: 'source_deleted', sourceId: other.id, source: 'other-shop', record: null })
  })

  it('waits for a change, but no longer than requested', async () => {
    const { nextToken } = (await api.get('/v1/changes?after=now')).body
    const nothing = api.get(`/v1/changes?after=${nextToken}&wait=1`)
    expect((await nothing).body).toMatchObject({ items: [], more: false })
    const waiting = api.get(`/v1/changes?after=${nextToken}&wait=60`)
    await put([{ key: 'e', v: 1 }])
    expect((await waiting).body.items).toMatchObject([{ op: 'upsert', key: 'e' }])
  })

  it('streams the same, and continues after Last-Event-ID', async () => {
    const { token } = await readAll(undefined)
    const first = await followStream(api, '/v1/changes', { 'last-event-id': token })
    expect(first.response.headers.get('content-type')).toContain('text/event-stream')
    await put([
      { key: 'f', v: 1 },
      { key: 'g', v: 1 },
    ])
    await until(() => keysOf(first.text).length === 2)
    first.stop()
    const [middle] = [...first.text.matchAll(/^id: (.*)\nevent: upsert$/gmu)].map((match) => match[1] ?? '')
    await put([{ key: 'h', v: 1 }])
    const second = await followStream(api, '/v1/changes', { 'last-event-id': middle ?? '' })
    await until(() => keysOf(second.text).length === 2)
    expect([keysOf(first.text), keysOf(second.text)]).toEqual([
      ['f', 'g'],
      ['g', 'h'],
    ])
    second.stop()
  })

  it('shows nothing more to a revoked key', async () => {
    const { id, key } = await api.addKey(['read'])
    const stream = await followStream(api, '/v1/changes?after=now', { authorization: `Bearer ${key}` })
    await put([{ key: 'before', v: 1 }])
    await until(() => keysOf(stream.text).length === 1)
    await api.delete(`/v1/keys/${id}`)
    let v = 1
    await until(async () => {
      v += 1
      await put([{ key: 'after', v }])
      return stream.isClosed
    })
    const shown = keysOf(stream.text).length
    expect(shown).toBeLessThan(v)
  })

  it('refuses invalid tokens, and those whose changes are gone', async () => {
    expect(problemOf(await api.get('/v1/changes?after=x'))).toEqual([400, 'INVALID_CURSOR'])
    const bad = await followStream(api, '/v1/changes', { 'last-event-id': 'x' })
    expect(bad.response.status).toBe(400)
    const { nextToken } = (await api.get('/v1/changes?after=now')).body
    await api.database.pool.query(`INSERT INTO settings (key, value) VALUES ('changes.expired', '{"xid": "9000000000000", "id": "1"}')`)
    expect(problemOf(await api.get(`/v1/changes?after=${nextToken}`))).toEqual([410, 'TOKEN_EXPIRED'])
    await api.database.pool.query(`DELETE FROM settings WHERE key = 'changes.expired'`)
    expect(problemOf(await api.get('/v1/changes?source=unknown'))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.get('/v1/changes', { key: null }))).toEqual([401, 'UNAUTHENTICATED'])
  })
})
