import { createHash, randomUUID } from 'node:crypto'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openWatched, type Plan } from '../testing/open-watched.js'
import { deleteGeneration, finishDroppedGenerations, type Generation } from './generations.js'
import { claimRecords, finishRecord, walkRecords } from './pending.js'
import { addGeneration } from './testing/add-generation.js'
import { findVectors, type PartText, toStoredVector, writeVectors } from './vectors.js'

// As in ../plans.int.test.ts: what a statement touches must not depend on statistics, which may be missing or outdated.
const RECORDS = 30_000
const WALKED = 2_000
const TAKEN = 32
const DROPPED = 5_000

let store: TestStore
let watched: ReturnType<typeof openWatched>
let generation: Generation
let space = 0

const hashOf = (key: string): Uint8Array => createHash('md5').update(key).digest()
const vector = toStoredVector(new Float32Array([1, 0, 0, 0, 0, 0, 0, 0]))

/** Creates a generation that has the vectors of most records; `analyze`: the statistics say that it has none. */
const begin = async (analyze: boolean): Promise<void> => {
  const tables = ['records', 'search_codes', 'search_vectors', 'embedding_pending', 'search_generations']
  for (const table of tables) await store.rows(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
  const sourceId = await store.addSource()
  const { runId } = await store.lease(sourceId)
  generation = await addGeneration(store.database, 8)
  space = generation.space
  if (analyze) await store.rows(`ANALYZE ${tables.join()}`)
  await store.rows(
    `INSERT INTO records (stream_id, key_hash, source_id, key, kind, text, data, content_hash, run_id, version, epoch, seq, fetched_at)
     SELECT st.id, sha256(g::text::bytea), st.source_id, g, 'row', 'word ' || g, '{}', sha256('x'), $2, 1, 1, 1, now()
     FROM streams st, generate_series(1, ${RECORDS}) g WHERE st.source_id = $1`,
    [sourceId, runId],
  )
  await store.rows(
    `INSERT INTO search_codes (space, stream_id, key_hash, ordinal, hash, code)
     SELECT $1, stream_id, key_hash, 0, decode(md5(key), 'hex'), $2::text::varbit FROM records WHERE key::int % 10 > 0`,
    [space, vector.code],
  )
  await store.rows(
    `INSERT INTO search_vectors (space, stream_id, key_hash, ordinal, vector) SELECT space, stream_id, key_hash, ordinal, $1 FROM search_codes`,
    [Buffer.from(vector.packed)],
  )
}

describe.each([
  ['older than the vectors', true],
  ['that do not exist', false],
])('vectors on statistics %s', (_what, analyze) => {
  beforeAll(async () => {
    store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
    await begin(analyze)
    watched = openWatched(store.url)
  }, 120_000)
  afterAll(async () => {
    await watched.database.close()
    await store.close()
  })

  const worst = (work: () => Promise<unknown>): Promise<Plan> => watched.worst(work)
  const within = (limit: number) => (plan: Plan) => plan.touched <= limit

  it('the walk over all records only looks at those of one step', async () => {
    // The second step begins in the middle.
    await walkRecords(watched.database, space)
    expect(await worst(() => walkRecords(watched.database, space))).toSatisfy(within(4 * WALKED))
    await store.rows(
      `INSERT INTO embedding_pending (space, stream_id, key_hash) SELECT $1, stream_id, key_hash FROM records ON CONFLICT DO NOTHING`,
      [space],
    )
  })

  it('vectors of claimed records are found, written and completed by their keys', async () => {
    const claimant = { space, by: randomUUID() }
    const taken = await claimRecords(store.database, claimant, TAKEN)
    expect(taken.length).toBe(TAKEN)
    const parts = taken.map((record, n): PartText => ({ ...record, ordinal: 0, hash: hashOf(n % 2 === 0 ? `${10 + n}` : `new ${n}`) }))
    expect(await worst(() => findVectors(watched.database, space, parts))).toSatisfy(within(5 * TAKEN))
    const write = async () =>
      expect(
        await writeVectors(
          watched.database,
          claimant,
          parts.map((part) => ({ ...part, ...vector })),
        ),
      ).toBe(TAKEN)
    expect(await worst(write)).toSatisfy(within(10 * TAKEN))
    const [first] = taken
    if (first === undefined) throw new Error('nothing was taken')
    expect(await worst(() => finishRecord(watched.database, claimant, { ...first, parts: 1, problem: null }))).toSatisfy(within(20))
  })

  it('records are claimed without reading all that are waiting', async () => {
    expect(await worst(() => claimRecords(watched.database, { space, by: randomUUID() }, TAKEN))).toSatisfy(within(10 * TAKEN))
  })

  it('a dropped generation is removed in chunks, each by its keys', async () => {
    await deleteGeneration(store.database, generation.id, 'test')
    expect(await worst(() => finishDroppedGenerations(watched.database))).toSatisfy(within(8 * DROPPED))
    expect(await store.rows('SELECT FROM search_vectors LIMIT 1')).toEqual([])
  })
})
