import { randomUUID } from 'node:crypto'
import { openTestStore, openVectorStore, type TestStore, until } from '@inlet/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { findSimilar } from '../records/find-similar.js'
import type { RecordFilter } from '../records/record-row.js'
import { deleteGeneration, finishDroppedGenerations, type Generation, listGenerations } from './generations.js'
import { keepVectorIndexes } from './keep-vector-indexes.js'
import { claimRecords, finishRecord, followRecords } from './pending.js'
import { addGeneration } from './testing/add-generation.js'
import { listVectorIndexes } from './vector-index.js'
import { toStoredVector, writeVectors } from './vectors.js'

// With two parts each: fewer parts than a search looks at, so that comparing all of them finds exactly the closest.
const SMALL = 150

/** The same numbers on every run (mulberry32). */
const createRandom = (seed: number) => () => {
  seed = (seed + 0x6d_2b_79_f5) | 0
  const once = Math.imul(seed ^ (seed >>> 15), seed | 1)
  const twice = (once + Math.imul(once ^ (once >>> 7), once | 61)) ^ once
  return ((twice ^ (twice >>> 14)) >>> 0) / 4_294_967_296 - 0.5
}
const toUnit = (values: readonly number[]): Float32Array => Float32Array.from(values, (value) => value / Math.hypot(...values))
const randomVector = (random: () => number, { dimensions }: Pick<Generation, 'dimensions'>): Float32Array =>
  toUnit(Array.from({ length: dimensions }, random))

const keep = ({ database, url }: TestStore, isWanted = true) => keepVectorIndexes(database, { url, isWanted, signal: new AbortController().signal })
const notesOf = async ({ database }: TestStore) => new Map((await listGenerations(database)).map(({ space, indexNote }) => [space, indexNote]))

/** Creates a source with records k1, k2 …, of which the first half are rows and the others documents, each fetched a minute before the next. */
const addRecords = async (store: TestStore, count: number): Promise<{ readonly sourceId: string; readonly streamId: number }> => {
  const sourceId = await store.addSource()
  const { runId } = await store.lease(sourceId)
  const [stream] = await store.rows<{ id: number }>('UPDATE streams SET live_records = $2 WHERE source_id = $1 RETURNING id', [sourceId, count])
  await store.rows(
    `INSERT INTO records (stream_id, key_hash, source_id, key, kind, text, data, content_hash, run_id, version, epoch, seq, fetched_at)
     SELECT $1, sha256(g::text::bytea), $2, 'k' || g, CASE WHEN g <= $4 / 2 THEN 'row' ELSE 'document' END, 'word', '{}', sha256('x'), $3, 1, 1, 1,
       '2026-01-01'::timestamptz + g * interval '1 minute' FROM generate_series(1, $4::int) g`,
    [stream?.id, sourceId, runId, count],
  )
  return { sourceId, streamId: stream?.id ?? 0 }
}

/** Creates vectors for all records of a stream, with `parts` parts each. */
const addVectors = async (store: TestStore, generation: Generation, streamId: number, { seed, parts = 1 }: { seed: number; parts?: number }) => {
  const random = createRandom(seed)
  const keys = await store.rows<{ hash: string }>(`SELECT encode(key_hash, 'hex') AS hash FROM records WHERE stream_id = $1 ORDER BY key`, [streamId])
  const rows = keys.flatMap(({ hash }) =>
    Array.from({ length: parts }, (_, ordinal) => ({ hash, ordinal, ...toStoredVector(randomVector(random, generation)) })),
  )
  await store.rows(
    `WITH w AS MATERIALIZED (SELECT decode(key, 'hex') AS key_hash, ordinal, code, decode(packed, 'hex') AS vector
       FROM unnest($3::text[], $4::int[], $5::text[], $6::text[]) AS w(key, ordinal, code, packed)
     ), codes AS (
       INSERT INTO search_codes (space, stream_id, key_hash, ordinal, hash, code) SELECT $1, $2, key_hash, ordinal, key_hash, code::varbit FROM w)
     INSERT INTO search_vectors (space, stream_id, key_hash, ordinal, vector) SELECT $1, $2, key_hash, ordinal, vector FROM w`,
    [
      generation.space,
      streamId,
      rows.map(({ hash }) => hash),
      rows.map(({ ordinal }) => ordinal),
      rows.map(({ code }) => code),
      rows.map(({ packed }) => Buffer.from(packed).toString('hex')),
    ],
  )
}

const ALL: RecordFilter = { deleted: 'exclude' }
const search = async ({ database }: TestStore, generation: Generation, { vector, filter = ALL, limit = 10, compared = 0 }: SearchOptions) => {
  const { hits, more } = await findSimilar(database, { space: generation.space, vector }, { filter, limit, compared })
  return { more, hits: hits.map(({ streamId, keyHash, score, parts }) => ({ name: `${streamId}-${keyHash}`, score, parts })) }
}
interface SearchOptions {
  readonly vector: Float32Array
  readonly filter?: RecordFilter
  readonly limit?: number
  /** Infinity: compares all vectors; 0: follows the index, if there is one. */
  readonly compared?: number
}

const server = process.env['INLET_TEST_PGVECTOR_URL']
const LARGE = server ? 10_000 : 1_200

describe(`vectors in a Postgres with pgvector (${server ? 'INLET_TEST_PGVECTOR_URL' : 'PGlite'})`, () => {
  let store: TestStore
  let small: Generation
  let large: Generation
  let first: { readonly sourceId: string; readonly streamId: number }
  let many: { readonly sourceId: string; readonly streamId: number }
  beforeAll(async () => {
    store = await openVectorStore(server)
    small = await addGeneration(store.database, 12)
    large = await addGeneration(store.database, 16)
    first = await addRecords(store, SMALL)
    await addVectors(store, small, first.streamId, { seed: 1, parts: 2 })
    await addVectors(store, large, first.streamId, { seed: 2 })
    many = await addRecords(store, LARGE)
    await addVectors(store, large, many.streamId, { seed: 6 })
  }, 300_000)
  afterAll(() => store.close())

  const followed = async ({ space }: Generation): Promise<number> => {
    const [row] = await store.rows<{ scans: number }>(
      'SELECT idx_scan::int AS scans, pg_stat_force_next_flush() FROM pg_stat_user_indexes WHERE indexrelname = $1',
      [`search_vectors_hnsw_${space}`],
    )
    return row?.scans ?? 0
  }

  it('get an index per generation, while searches are answered as before', async () => {
    const vector = randomVector(createRandom(3), small)
    const before = await search(store, small, { vector })
    expect(before.hits.length).toBe(10)
    let building = true
    const built = keep(store).finally(() => {
      building = false
    })
    do expect(await search(store, small, { vector })).toEqual(before)
    while (building)
    await built
    expect(await listVectorIndexes(store.database)).toEqual([small, large].map(({ space }) => ({ space, isValid: true })))
    expect([...(await notesOf(store)).values()]).toEqual([null, null])
    await search(store, small, { vector })
    await until(async () => {
      await search(store, small, { vector })
      return (await followed(small)) > 0
    })
    await search(store, small, { vector, compared: Number.POSITIVE_INFINITY })
    expect(await followed(large)).toBe(0)
  })

  it('are found in the same order as by comparing all, whatever the filter', async () => {
    const other = await addRecords(store, SMALL)
    await addVectors(store, small, other.streamId, { seed: 4 })
    const filters = fc.record({
      deleted: fc.constantFrom('exclude' as const, 'include' as const),
      sourceIds: fc.constantFrom(undefined, [first.sourceId], [first.sourceId, other.sourceId], [randomUUID()]),
      kind: fc.constantFrom(undefined, 'row' as const, 'document' as const, 'event' as const),
      since: fc.constantFrom(undefined, '2026-01-01T01:00:00Z', '2026-01-01T02:25:00Z', '2027-01-01T00:00:00Z'),
    })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), filters, fc.integer({ min: 1, max: 40 }), async (seed, filter, limit) => {
        const asked = { vector: randomVector(createRandom(seed), small), filter, limit }
        expect(await search(store, small, asked)).toEqual(await search(store, small, { ...asked, compared: Number.POSITIVE_INFINITY }))
      }),
      { numRuns: 40, seed: 5 },
    )
  }, 120_000)

  it('are nearly all found among many, even through a filter that few pass', async () => {
    const random = createRandom(7)
    // All records pass, a fifth of them, and fewer than requested.
    for (const share of [1, 0.2, 0.05]) {
      const since = new Date(Date.UTC(2026, 0, 1) + (1 - share) * LARGE * 60_000).toISOString()
      const filter: RecordFilter = { ...ALL, since, sourceIds: [many.sourceId] }
      const present = await store.rows<{ name: string; vector: Uint8Array }>(
        `SELECT stream_id || '-' || encode(key_hash, 'hex') AS name, vector FROM search_vectors v WHERE space = $1 AND stream_id = $2
           AND (SELECT fetched_at FROM records WHERE stream_id = v.stream_id AND key_hash = v.key_hash) >= $3`,
        [large.space, many.streamId, since],
      )
      let found = 0
      for (let n = 0; n < 6; n += 1) {
        const vector = randomVector(random, large)
        const closest = new Set(byCloseness(present, vector).slice(0, 100))
        const { hits } = await search(store, large, { vector, filter, limit: 100 })
        expect(hits.length).toBe(Math.min(100, present.length))
        found += hits.filter(({ name }) => closest.has(name)).length / closest.size
      }
      expect(found / 6).toBeGreaterThan(0.98)
    }
  }, 120_000)

  it('are all compared when the index leads to fewer parts than it was asked for, even if these are enough for a page', async () => {
    const compared = async (): Promise<number> => {
      // The statement after it sees what has been counted.
      await store.rows('SELECT pg_stat_force_next_flush()')
      const [row] = await store.rows<{ scans: number }>(
        `SELECT (seq_scan + coalesce(idx_scan, 0))::int AS scans FROM pg_stat_user_tables WHERE relname = 'search_codes'`,
      )
      return row?.scans ?? 0
    }
    const since = new Date(Date.UTC(2026, 0, 1) + (LARGE - 59) * 60_000).toISOString()
    const asked = { vector: randomVector(createRandom(9), large), filter: { ...ALL, since, sourceIds: [many.sourceId] } }
    const before = await compared()
    const { hits } = await search(store, large, asked)
    expect(hits).toHaveLength(10)
    expect(await compared()).toBeGreaterThan(before)
    expect(hits).toEqual((await search(store, large, { ...asked, compared: Number.POSITIVE_INFINITY })).hits)
  }, 60_000)

  it('follow their records: new ones are found, and deleted ones leave none behind', async () => {
    const { streamId } = await addRecords(store, 1)
    const [record] = await store.rows<{ keyHash: string }>(`SELECT encode(key_hash, 'hex') AS "keyHash" FROM records WHERE stream_id = $1`, [
      streamId,
    ])
    if (record === undefined) throw new Error('no record')
    const key = { streamId, keyHash: record.keyHash }
    const vector = randomVector(createRandom(8), small)
    const embed = async (parts: number): Promise<void> => {
      await store.database.transaction((client) => followRecords(client, [key]))
      const claimant = { space: small.space, by: randomUUID() }
      for (const taken of await claimRecords(store.database, claimant, 10)) {
        const part = { ...key, ordinal: 0, hash: new Uint8Array(16), ...toStoredVector(vector) }
        expect(await writeVectors(store.database, claimant, parts === 0 ? [] : [part])).toBe(parts)
        await finishRecord(store.database, claimant, { ...taken, parts, problem: null })
      }
    }
    await embed(1)
    expect((await search(store, small, { vector })).hits[0]).toMatchObject({ name: `${streamId}-${key.keyHash}`, parts: [{ part: 0 }] })
    await store.rows('UPDATE records SET deleted_at = now() WHERE stream_id = $1', [streamId])
    expect((await search(store, small, { vector })).hits[0]?.name).not.toBe(`${streamId}-${key.keyHash}`)
    await embed(0)
    expect(await store.rows('SELECT FROM search_vectors WHERE stream_id = $1 AND space = $2', [streamId, small.space])).toEqual([])
  })

  it('get another index if its build was interrupted', async () => {
    await store.rows(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass($1)`, [`search_vectors_hnsw_${small.space}`])
    const vector = randomVector(createRandom(9), small)
    const hits = await search(store, small, { vector })
    await keep(store)
    expect(await listVectorIndexes(store.database)).toContainEqual({ space: small.space, isValid: true })
    expect(await search(store, small, { vector })).toEqual(hits)
  })

  it('lose their index with their generation, and all of them when indexes are turned off', async () => {
    await deleteGeneration(store.database, large.id, 'test')
    await finishDroppedGenerations(store.database)
    await keep(store)
    expect(await listVectorIndexes(store.database)).toEqual([{ space: small.space, isValid: true }])
    const vector = randomVector(createRandom(10), small)
    const hits = await search(store, small, { vector })
    await keep(store, false)
    expect(await listVectorIndexes(store.database)).toEqual([])
    expect((await notesOf(store)).get(small.space)).toMatch(/INLET_VECTOR_INDEX/)
    expect(await search(store, small, { vector })).toEqual(hits)
  })
})

describe('vectors in a Postgres without pgvector', () => {
  it('are compared one by one, and their generation says why', async () => {
    const store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
    try {
      const generation = await addGeneration(store.database, 8)
      const { streamId } = await addRecords(store, 20)
      await addVectors(store, generation, streamId, { seed: 11 })
      await keep(store)
      expect((await notesOf(store)).get(generation.space)).toMatch(/no extension "vector"/)
      expect(await listVectorIndexes(store.database)).toEqual([])
      expect((await search(store, generation, { vector: randomVector(createRandom(12), generation) })).hits.length).toBe(10)
    } finally {
      await store.close()
    }
  })
})

const byCloseness = (rows: readonly { readonly name: string; readonly vector: Uint8Array }[], question: Float32Array): readonly string[] =>
  rows
    .map(({ name, vector }) => {
      const values = new Int16Array(Uint8Array.from(vector).buffer)
      return { name, score: values.reduce((sum, value, n) => sum + value * (question[n] ?? 0), 0) }
    })
    .sort((a, b) => b.score - a.score)
    .map(({ name }) => name)
