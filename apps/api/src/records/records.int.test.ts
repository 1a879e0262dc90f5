import { finishRun, indexPending } from '@inlet/db'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, insertRecords, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const newSourceId = async (changes: object = {}): Promise<string> => (await api.post('/v1/sources', newSource(changes))).body.id
const keysOf = (body: { items: { key: string }[] }): string[] => body.items.map(({ key }) => key)

const ASKED_FOR_INDEX = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%AS behind'`

/** Stores a record as the scribe does, before the indexer has seen it. */
const storeWithoutIndex = async (sourceId: string, title: string): Promise<void> => {
  await api.database.pool.query(
    `WITH stream AS (
       INSERT INTO streams (source_id, name, kind) VALUES ($1, 'rows', 'row') ON CONFLICT (source_id, name) DO UPDATE SET kind = 'row' RETURNING id
     ), record AS (
       INSERT INTO records (stream_id, key_hash, source_id, key, kind, title, data, content_hash, run_id, version, epoch, seq, doc_id)
       SELECT id, sha256($2::text::bytea), $1, $2, 'row', $2, '{}', sha256('x'), gen_random_uuid(), 1, 1, 1, nextval('record_docs') FROM stream RETURNING doc_id
     )
     INSERT INTO search_pending (docs, records, bytes) SELECT array_agg(doc_id), 1, 100 FROM record`,
    [sourceId, title],
  )
}

describe('records', () => {
  it('lists the newest first, page by page, with many equal times', async () => {
    const id = await newSourceId()
    const at = '2026-01-01T00:00:00.000Z'
    await insertRecords(
      api.database,
      id,
      Array.from({ length: 25 }, (_, n) => ({ key: `k${n}`, fetchedAt: at })),
    )
    await insertRecords(api.database, id, [{ key: 'newest', fetchedAt: '2026-01-02T00:00:00Z' }])
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await api.get(`/v1/records?source=${id}&limit=10${cursor === '' ? '' : `&cursor=${cursor}`}`)
      expectContract(page, 'listRecords')
      seen.push(...keysOf(page.body))
      cursor = page.body.nextCursor
    }
    expect(seen[0]).toBe('newest')
    expect(new Set(seen).size).toBe(26)
    expect(seen.length).toBe(26)
  })

  it('filters, and leaves out what was deleted unless asked', async () => {
    const id = await newSourceId({ slug: 'filtered' })
    await insertRecords(api.database, id, [{ key: 'row' }, { key: 'doc', kind: 'document' }, { key: 'gone', deleted: true }])
    await insertRecords(api.database, id, [{ key: 'elsewhere' }], 'other')
    const list = async (query: string) => keysOf((await api.get(`/v1/records?source=filtered&${query}`)).body).sort()
    expect(await list('')).toEqual(['doc', 'elsewhere', 'row'])
    expect(await list('kind=document')).toEqual(['doc'])
    expect(await list('stream=other')).toEqual(['elsewhere'])
    expect(await list('deleted=only')).toEqual(['gone'])
    expect(await list('deleted=include')).toEqual(['doc', 'elsewhere', 'gone', 'row'])
    expect(await list('since=2100-01-01T00:00:00Z')).toEqual([])
    expect(problemOf(await api.get('/v1/records?source=unknown-one'))).toEqual([404, 'NOT_FOUND'])
  })

  it('keeps numbers exactly, and shows the text of one record', async () => {
    const id = await newSourceId()
    await insertRecords(api.database, id, [{ key: 'big', text: 'some text', data: '{"big": 12345678901234567890, "exact": 0.10000000000000000001}' }])
    const list = await api.get(`/v1/records?source=${id}`)
    expect(list.text).toContain('12345678901234567890')
    expect(list.text).toContain('0.10000000000000000001')
    const one = await api.get(`/v1/records/${list.body.items[0].id}`)
    expectContract(one, 'getRecord')
    expect(one.body).toMatchObject({ key: 'big', text: 'some text', provenance: { sourceId: id, version: 1 } })
    expect(one.text).toContain('12345678901234567890')
    expect(problemOf(await api.get(`/v1/records/1-${'0'.repeat(64)}`))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.get(`/v1/records/999999999-${'0'.repeat(64)}`))).toEqual([404, 'NOT_FOUND'])
  })

  it('makes pages of large records shorter', async () => {
    const id = await newSourceId()
    const large = JSON.stringify({ blob: 'x'.repeat(3_000_000) })
    await insertRecords(
      api.database,
      id,
      ['a', 'b', 'c', 'd'].map((key) => ({ key, data: large })),
    )
    const first = await api.get(`/v1/records?source=${id}&fields=data`)
    expect(first.body.items.length).toBe(2)
    const second = await api.get(`/v1/records?source=${id}&fields=data&cursor=${first.body.nextCursor}`)
    expect(new Set([...keysOf(first.body), ...keysOf(second.body)]).size).toBe(4)
    expect(second.body.nextCursor).toBeNull()
  })

  it('searches: ranked, with a snippet and where it comes from', async () => {
    const id = await newSourceId({ name: 'Zebra Docs' })
    await insertRecords(api.database, id, [
      { key: 'title', title: 'Zebra striping', text: 'How to stripe tables.' },
      { key: 'text', title: 'Tables', text: `${'Filler. '.repeat(50)} A zebra appears once. ${'More. '.repeat(50)}` },
      { key: 'none', title: 'Horses', text: 'No stripes.' },
      { key: 'gone', title: 'Zebra', deleted: true },
    ])
    const answer = await api.get('/v1/records?q=zebras')
    expectContract(answer, 'listRecords')
    expect(keysOf(answer.body)).toEqual(['title', 'text'])
    expect(answer.body.items[1].snippet).toContain('**zebra**')
    expect(answer.body.items[0]).toMatchObject({ provenance: { source: 'Zebra Docs', sourceId: id }, score: expect.any(Number) })
    const first = await api.get('/v1/records?q=zebra&limit=1')
    expect(keysOf(first.body)).toEqual(['title'])
    expect(keysOf((await api.get(`/v1/records?q=zebra&limit=1&cursor=${first.body.nextCursor}`)).body)).toEqual(['text'])
    expect(keysOf((await api.get('/v1/records?q=zebra+-filler')).body)).toEqual(['title'])
    for (const q of ['the', '"', '((', '-', '& | !', "'; DROP TABLE records; --", '%5C', '😀'])
      expect((await api.get(`/v1/records?q=${encodeURIComponent(q)}`)).status).toBe(200)
    for (const q of ['', '%00', 'x'.repeat(10_001)]) expect(problemOf(await api.get(`/v1/records?q=${q}`))).toEqual([422, 'VALIDATION_FAILED'])
    await api.delete(`/v1/sources/${id}`)
    expect(keysOf((await api.get('/v1/records?q=zebra')).body)).toEqual([])
    expect(problemOf(await api.get(`/v1/records/${answer.body.items[0].id}`))).toEqual([404, 'NOT_FOUND'])
  })

  it('reports how far the index is behind, and ensureFresh waits for it', async () => {
    const id = await newSourceId({ name: 'Indexed later' })
    const asking = api.get(`/v1/records?q=okapi&source=${id}&ensureFresh=15m&wait=60`)
    const runId: string = await until(
      async () => (await api.database.pool.query(`SELECT id FROM runs WHERE source_id = $1 AND trigger = 'fresh'`, [id])).rows[0]?.id,
    )
    await storeWithoutIndex(id, 'okapi')
    const meanwhile = await api.get(`/v1/records?q=okapi&source=${id}`)
    expectContract(meanwhile, 'listRecords')
    expect(meanwhile.body).toMatchObject({ items: [], index: { pending: 1, oldestSeconds: expect.any(Number), failed: 0 } })
    await finishRun(api.database, { runId, provedUnchanged: true, streams: [{ name: 'rows' }] })
    // Without waiting for the index, the response would lack the record.
    await until(async () => (await api.database.pool.query(ASKED_FOR_INDEX)).rowCount !== 0)
    await indexPending(api.database)
    const answer = await asking
    expect(keysOf(answer.body)).toEqual(['okapi'])
    expect(answer.body.index).toBeUndefined()
  })

  it('ensureFresh counts ages from the request, however long the index takes', async () => {
    const { pool } = api.database
    const id = await newSourceId({ name: 'Slowly indexed' })
    const asking = api.get(`/v1/records?q=quagga&source=${id}&ensureFresh=1s&wait=60`)
    const runId: string = await until(
      async () => (await pool.query(`SELECT id FROM runs WHERE source_id = $1 AND trigger = 'fresh'`, [id])).rows[0]?.id,
    )
    await storeWithoutIndex(id, 'quagga')
    await finishRun(api.database, { runId, provedUnchanged: true, streams: [{ name: 'rows' }] })
    await pool.query('UPDATE sources SET last_success_at = now() WHERE id = $1', [id])
    await until(
      async () =>
        (await pool.query(`SELECT FROM sources WHERE id = $1 AND last_success_at < now() - interval '1100 milliseconds'`, [id])).rowCount === 1,
    )
    await indexPending(api.database)
    expect((await asking).body.freshness).toMatchObject([{ sourceId: id, fresh: true, because: null }])
  })

  it('ensureFresh runs what is older and says what became fresh', async () => {
    const stale = await newSourceId({ name: 'Stale one' })
    const paused = await newSourceId({ paused: true })
    const fresh = await newSourceId()
    await api.database.pool.query('UPDATE sources SET last_success_at = now() WHERE id = $1', [fresh])
    const asking = api.get(`/v1/records?source=${stale}&source=${paused}&source=${fresh}&ensureFresh=15m&wait=10`)
    const runId: string = await until(
      async () => (await api.database.pool.query(`SELECT id FROM runs WHERE source_id = $1 AND trigger = 'fresh'`, [stale])).rows[0]?.id,
    )
    await finishRun(api.database, { runId, provedUnchanged: true, streams: [{ name: 'rows' }] })
    await api.database.pool.query('UPDATE sources SET last_success_at = now() WHERE id = $1', [stale])
    const answer = await asking
    expectContract(answer, 'listRecords')
    expect(answer.body.freshness.length).toBe(2)
    expect(answer.body.freshness).toContainEqual(expect.objectContaining({ sourceId: stale, fresh: true, runId, because: null }))
    expect(answer.body.freshness).toContainEqual(
      expect.objectContaining({ sourceId: paused, fresh: false, runId: null, because: 'the source is paused' }),
    )

    await api.database.pool.query('UPDATE sources SET last_success_at = NULL WHERE id = $1', [stale])
    const immediate = await api.get(`/v1/records?source=${stale}&ensureFresh=15m&wait=0`)
    expect(immediate.body.freshness).toMatchObject([{ sourceId: stale, fresh: false }])
    for (const bad of ['0m', 'soon', '15']) expect(problemOf(await api.get(`/v1/records?ensureFresh=${bad}`))).toEqual([422, 'VALIDATION_FAILED'])
  })
})
