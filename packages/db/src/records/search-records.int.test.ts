import { batchHash, keyHash, sha256Hex } from '@inlet/domain'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { indexPending } from '../search/index-pending.js'
import { mergeSegments } from '../search/merge-segments.js'
import { listChunks } from './list-chunks.js'
import { type SearchPosition, searchRecords } from './search-records.js'
import { testSearch } from './testing/test-search.js'

interface Given {
  readonly key: string
  readonly title?: string
  readonly text?: string
  readonly data?: object
}

/** Creates a source whose records alone are found, with a function that writes to it. */
const openSource = async (store: TestStore) => {
  const { database } = store
  const sourceId = await store.addSource()
  const run = await store.lease(sourceId)
  let seq = 0
  const put = async (records: readonly Given[]): Promise<void> => {
    seq += 1
    const lines = records.map(({ key, title, text, data = {} }) =>
      JSON.stringify({
        s: 'main',
        k: key,
        h: keyHash(key),
        o: 'u',
        c: sha256Hex(JSON.stringify([title, text, data])),
        kind: 'row',
        title,
        text,
        data,
      }),
    )
    const payload = Buffer.from(`[${lines.join(',\n')}]`)
    const answer = await applyBatch(database, {
      runId: run.runId,
      sourceId,
      epoch: run.epoch,
      seq,
      version: 1,
      bytes: payload.length,
      forwardedAt: 0,
      payload,
      counts: { u: records.length, d: 0, n: 0, q: 0 },
      sha256: batchHash(payload, undefined),
    })
    expect(answer.result).toBe('applied')
  }
  const write = async (records: readonly Given[]): Promise<void> => {
    await put(records)
    await indexPending(database)
  }
  const search = (question: string, changes: Parameters<typeof testSearch>[1] = {}) =>
    searchRecords(database, testSearch(question, { filter: { deleted: 'exclude', sourceIds: [sourceId] }, ...changes }))
  const keys = async (question: string): Promise<readonly string[]> => (await search(question))?.records.map(({ key }) => key) ?? []
  return { sourceId, put, write, search, keys }
}

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

describe('a question', () => {
  it('finds records that contain some of its words, those with rarer ones first', async () => {
    const { write, keys } = await openSource(store)
    await write([
      { key: 'lease', title: 'Leases', text: 'A worker takes the lease of a source before it reads.' },
      { key: 'dies', title: 'Failover', text: 'When a worker dies, another worker takes over.' },
      { key: 'other', title: 'Schedules', text: 'A worker runs at night.' },
    ])
    expect(await keys('what happens if a worker process dies?')).toEqual(['dies', expect.any(String), expect.any(String)])
    expect((await keys('the lease'))[0]).toBe('lease')
    expect(await keys('of the')).toContain('lease')
    expect(await keys('nothing holds thisword')).toEqual([])
  })

  it('respects its strict parts', async () => {
    const { write, keys, search } = await openSource(store)
    await write([
      { key: 'a', text: 'exactly once delivery with kafka' },
      { key: 'b', text: 'once, and exactly at noon' },
      { key: 'c', text: 'delivery at least once' },
    ])
    expect(await keys('"exactly once"')).toEqual(['a'])
    expect(await keys('once -kafka')).toEqual(expect.arrayContaining(['b', 'c']))
    expect(await keys('once -kafka')).not.toContain('a')
    expect(await keys('once -"exactly once"')).not.toContain('a')
    expect(await keys('once +delivery')).toEqual(expect.arrayContaining(['a', 'c']))
    expect(await keys('once +delivery')).not.toContain('b')
    expect(await keys('kafka OR noon')).toEqual(expect.arrayContaining(['a', 'b']))
    expect(await keys('kafka OR noon')).not.toContain('c')
    expect(await keys('"never written"')).toEqual([])
    expect(await search('delivery "never written"')).toMatchObject({ relaxed: true, records: [{ key: expect.any(String) }, {}] })
  })

  it.each([
    ['ECONNREFUSED', 'code'],
    ['src/net/retry-policy.ts', 'path'],
    ['retry-policy.ts', 'path'],
    ['v2.14.3', 'version'],
    ['ada.lovelace@example.org', 'mail'],
    ['getUserById', 'camel'],
    ['user by id', 'camel'],
    ['10.20.30.40', 'address'],
    ['ORD-2026-0042', 'ORD-2026-0042'],
    ['Zurich', 'accents'],
    ['ZÜRICH', 'accents'],
    ['häuser', 'german'],
    ['документы', 'russian'],
    ['東京', 'japanese'],
    ['数据库', 'chinese'],
    ['ฐานข้อมูล', 'thai'],
  ])('finds %s', async (question, expected) => {
    const { write, keys } = await openSource(store)
    await write([
      { key: 'code', text: 'connect ECONNREFUSED 127.0.0.1:5432 after 3 tries' },
      { key: 'path', text: 'see src/net/retry-policy.ts for the back-off' },
      { key: 'version', text: 'fixed in v2.14.3 and later' },
      { key: 'mail', text: 'write to ada.lovelace@example.org' },
      { key: 'camel', text: 'call getUserById first' },
      { key: 'address', text: 'host 10.20.30.40 is down' },
      { key: 'ORD-2026-0042', data: { status: 'open' } },
      { key: 'accents', text: 'Das Büro in Zürich ist geschlossen' },
      { key: 'german', text: 'Das Haus ist alt und steht in der Stadt' },
      { key: 'russian', text: 'Этот документ описывает работу с базой данных' },
      { key: 'japanese', text: '東京都庁は新宿区にあります' },
      { key: 'chinese', text: '我们使用关系型数据库存储记录' },
      { key: 'thai', text: 'เราเก็บระเบียนไว้ในฐานข้อมูล' },
    ])
    expect((await keys(question))[0]).toBe(expected)
  })

  it('may be as long as a page', async () => {
    const { write, keys, search } = await openSource(store)
    await write([{ key: 'hit', text: 'a zeppelin over the lake' }])
    const long = `zeppelin ${Array.from({ length: 1_200 }, (_, n) => `word${n}`).join(' ')}`.slice(0, 10_000)
    expect((await search(long))?.dropped).toBeGreaterThan(0)
    expect(await keys('zeppelin')).toEqual(['hit'])
  })
})

describe('records', () => {
  it('without a text are found by their data, which may change', async () => {
    const { write, keys } = await openSource(store)
    await write([{ key: '1', data: { customer: { name: 'Initech' }, tags: ['overdue'], number: 4711, at: '2026-01-01T00:00:00Z' } }])
    for (const question of ['initech', 'overdue', '4711']) expect(await keys(question)).toEqual(['1'])
    await write([{ key: '1', data: { customer: { name: 'Hooli' } } }])
    expect(await keys('initech')).toEqual([])
    expect(await keys('hooli')).toEqual(['1'])
  })

  it('are found anywhere in their text, with the chunk as a citation', async () => {
    const { write, search } = await openSource(store)
    const filler = Array.from({ length: 4_000 }, (_, n) => `Paragraph ${n} speaks of trains and stations.\n\n`).join('')
    const text = `# Manual\n\n${filler}## Brakes\n\nThe dynamometer 😀 must be calibrated yearly.\n`
    await write([{ key: 'long', title: 'Manual', text }])
    const found = await search('calibrate the dynamometer')
    const chunk = found?.records[0]?.chunks[0]
    expect(chunk).toMatchObject({ headings: ['Manual', 'Brakes'], snippet: expect.stringContaining('**dynamometer**') })
    const characters = Array.from(text)
    expect(characters.slice(chunk?.start, chunk?.end).join('')).toContain('dynamometer 😀 must be calibrated')
    const place = { streamId: found?.records[0]?.streamId ?? 0, keyHash: keyHash('long') }
    const around = await listChunks(store.database, { ...place, around: chunk?.ordinal ?? 0, limit: 3 })
    expect(around?.total).toBeGreaterThan(50)
    expect(around?.chunks.map(({ ordinal }) => ordinal)).toContain(chunk?.ordinal)
    expect(around?.chunks.length).toBe(3)
  })

  it('keep unchanged chunks, and lose those that are gone', async () => {
    const { write } = await openSource(store)
    const section = (n: number, word: string): string => `## Part ${n}\n\n${`${word} `.repeat(500)}\n\n`
    const rows = () =>
      store.rows<{ ordinal: number; xmin: string }>(
        `SELECT ordinal, xmin::text FROM record_chunks WHERE key_hash = decode($1, 'hex') ORDER BY ordinal`,
        [keyHash('sections')],
      )
    await write([{ key: 'sections', text: section(1, 'alpha') + section(2, 'beta') + section(3, 'gamma') }])
    const before = await rows()
    await write([{ key: 'sections', text: section(1, 'alpha') + section(2, 'beta') + section(3, 'delta') }])
    const after = await rows()
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(after.at(-1)?.xmin).not.toBe(before.at(-1)?.xmin)
    await write([{ key: 'sections', text: 'short now' }])
    expect(await rows()).toEqual([])
  })

  it('stored without the scribe are indexed by maintenance', async () => {
    const { sourceId, write, keys } = await openSource(store)
    await write([{ key: 'old', text: 'a quokka' }])
    await store.rows('UPDATE records SET doc_id = NULL WHERE source_id = $1', [sourceId])
    expect(await keys('quokka')).toEqual([])
    expect(await indexPending(store.database)).toBeGreaterThan(0)
    expect(await keys('quokka')).toEqual(['old'])
  })
})

describe('filters', () => {
  it('on data compare, negate, look into arrays and find rare matches among many records', async () => {
    const { sourceId, write, search } = await openSource(store)
    await write(
      Array.from({ length: 600 }, (_, n) => ({
        key: `t${n}`,
        text: 'ticket about a broken printer',
        data: { n, status: n === 599 ? 'waiting' : 'open', tags: [n % 2 === 0 ? 'even' : 'odd'], lines: [{ sku: `s${n}` }] },
      })),
    )
    const keysOf = async (where: object) =>
      (
        await search('printer', {
          filter: { deleted: 'exclude', sourceIds: [sourceId], where: [{ negated: false, operator: '=', values: [], path: [], ...where }] },
        })
      )?.records.map(({ key }) => key)
    expect(await keysOf({ path: ['status'], values: ['waiting'] })).toEqual(['t599'])
    expect(await keysOf({ path: ['n'], operator: '>=', values: ['598'] })).toHaveLength(2)
    expect(await keysOf({ path: ['n'], values: ['5', '7'] })).toHaveLength(2)
    expect(await keysOf({ path: ['lines', 'sku'], values: ['s77'] })).toEqual(['t77'])
    expect(await keysOf({ path: ['tags'], values: ['odd'], negated: true })).not.toContain('t1')
    expect(await keysOf({ path: ['missing'], operator: 'exists' })).toEqual([])
  })

  it('let facets count only what matches', async () => {
    const { write, search } = await openSource(store)
    await write(['open', 'open', 'closed'].map((status, n) => ({ key: `f${n}`, text: 'printer', data: { status } })))
    expect((await search('printer', { facets: ['data.status', 'stream'] }))?.facets).toEqual([
      {
        field: 'data.status',
        values: [
          { value: 'open', count: 2 },
          { value: 'closed', count: 1 },
        ],
        more: false,
      },
      { field: 'stream', values: [{ value: 'main', count: 3 }], more: false },
    ])
  })
})

describe('pages', () => {
  it('skip and repeat nothing while records are written and segments merged', async () => {
    const { write, search } = await openSource(store)
    const texts = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => ({ key: `p${from + n}`, text: `walking ${'far '.repeat((from + n) % 7)}` }))
    for (let n = 0; n < 10; n += 1) await write(texts(n * 50, 50))
    const seen: string[] = []
    let position: SearchPosition | null = { at: 'start' }
    for (let page = 0; position !== null; page += 1) {
      const found: Awaited<ReturnType<typeof search>> = await search('walking', { position, limit: 40 })
      seen.push(...(found?.records.map(({ key }) => key) ?? []))
      position = found?.next ?? null
      await write([
        { key: `new${page}`, text: 'walking walking walking' },
        { key: `p${(page * 37) % 500}`, text: `walking again ${page}` },
      ])
      await mergeSegments(store.database)
    }
    expect(new Set(seen).size).toBe(seen.length)
    for (let n = 0; n < 500; n += 1) expect(seen).toContain(`p${n}`)
  })
})

describe('merging', () => {
  it('changes no result, and drops what was replaced', async () => {
    const { write, search } = await openSource(store)
    for (let n = 0; n < 20; n += 1) await write([{ key: `m${n}`, text: `marmot number${n} ${'x '.repeat(n)}` }])
    for (let n = 0; n < 20; n += 2) await write([{ key: `m${n}`, text: `badger number${n}` }])
    const answers = async () => (await search('marmot OR badger', { limit: 100 }))?.records.map(({ key }) => key).sort()
    const before = await answers()
    expect(before).toHaveLength(20)
    await mergeSegments(store.database)
    expect(await answers()).toEqual(before)
    const [state] = await store.rows<{ live: number; orphans: number }>(
      `SELECT count(*) FILTER (WHERE live)::int AS live, (SELECT count(*)::int FROM search_postings p WHERE NOT EXISTS (SELECT FROM search_segments s WHERE s.id = p.segment_id)) AS orphans FROM search_segments`,
    )
    expect(state).toMatchObject({ orphans: 0 })
    expect(state?.live).toBeLessThan(10)
  })
})
