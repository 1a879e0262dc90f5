import { keyHash } from '@inlet/domain'
import { openTestStore, type TestEntry, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from './batches/apply-batch.js'
import { readChanges, startOfChanges } from './changes/read-changes.js'
import { dropQuarantine } from './quarantine/drop-quarantined.js'
import { listQuarantine } from './quarantine/list-quarantine.js'
import { countRetries, listRetries } from './quarantine/list-retries.js'
import { retryQuarantine } from './quarantine/retry-quarantined.js'
import { USUAL_FIELDS } from './records/fetch-records.js'
import { createStoredRecords } from './records/known-records.js'
import { listRecords } from './records/list-records.js'
import { searchRecords } from './records/search-records.js'
import { testSearch } from './records/testing/test-search.js'
import { finishRun } from './runs/end-run.js'
import { heartbeat, readCommitStates, readStoredSeqs } from './runs/heartbeat.js'
import { acquireLease, type LeasedRun } from './runs/lease.js'
import { indexPending } from './search/index-pending.js'
import { renumberSome, requestReindexing } from './search/reindex-source.js'
import { openWatched, type Plan } from './testing/open-watched.js'

// What a statement touches must depend only on what it concerns, whatever the statistics of its tables are: for a stream younger than the last
// ANALYZE they say that it is empty, and for a table that was never analyzed they say nothing.
const MANY = 40_000
const STREAM = 8_000
const SCOPE = 40
const id = (n: number) => `k${n}`
/** Long enough for several chunks. */
const LONG = JSON.stringify({ v: 'a longer word in a sentence of its own. '.repeat(200) })

let store: TestStore
let watched: ReturnType<typeof openWatched>
const fill = (streamId: number, sourceId: string, place: { runId: string; count: number; key: string }) =>
  store.rows(
    `INSERT INTO records (stream_id, key_hash, source_id, key, kind, title, text, data, content_hash, run_id, version, epoch, seq, scope, fetched_at)
     SELECT $1, sha256(convert_to(to_json($4 || g)::text, 'UTF8')), $2, $4 || g, 'row', 'word', 'word ' || g, '{}', sha256('x'), $3, 1, 1, 1, 'f' || (g / ${SCOPE}), now() - g * interval '1 second'
     FROM generate_series(0, $5 - 1) g`,
    [streamId, sourceId, place.runId, place.key, place.count],
  )
const fillQuarantine = (sourceId: string, stream: string, count: number) =>
  store.rows(
    `INSERT INTO quarantine (source_id, run_id, stream, key, key_hash, reason, message, fingerprint, record)
     SELECT $1, gen_random_uuid(), $2, g::text, CASE WHEN g % 2 = 0 THEN sha256(g::text::bytea) END, 'RECORD_INVALID', 'm', sha256(g::text::bytea), '{}' FROM generate_series(1, $3) g`,
    [sourceId, stream, count],
  )
const streamOf = async (sourceId: string) => (await store.rows<{ id: number }>('SELECT id FROM streams WHERE source_id = $1', [sourceId]))[0]?.id ?? 0

/** Creates a young source with its run, beside an old one with many rows in every table. */
const begin = async (analyze: boolean): Promise<LeasedRun> => {
  for (const table of ['records', 'quarantine', 'ledger', 'sweep_seen', 'runs', 'streams', 'leases', 'sources'])
    await store.rows(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
  const old = await store.addSource()
  const oldRun = await store.lease(old)
  await fill(await streamOf(old), old, { runId: oldRun.runId, count: MANY, key: 'old' })
  await fillQuarantine(old, 'main', 4_000)
  await store.rows(
    `INSERT INTO ledger (run_id, seq, source_id, epoch, sha256, records, bytes) SELECT $1, g, $2, 1, '', 1, 1 FROM generate_series(1, 10000) g`,
    [oldRun.runId, old],
  )
  await store.rows(
    `INSERT INTO runs (source_id, version_id, trigger, status) SELECT $1, gen_random_uuid(), 'manual', 'ended' FROM generate_series(1, 4000)`,
    [old],
  )
  if (analyze) await store.rows('ANALYZE')
  const sourceId = await store.addSource()
  const run = await store.lease(sourceId)
  const streamId = await streamOf(sourceId)
  await fill(streamId, sourceId, { runId: run.runId, count: STREAM, key: 'k' })
  await store.rows('UPDATE streams SET live_records = $2 WHERE id = $1', [streamId, STREAM])
  await fillQuarantine(sourceId, 'main', 600)
  await store.rows(
    `INSERT INTO sweep_seen (run_id, stream_id, key_hash, seq, content) SELECT $1, stream_id, key_hash, 1, false FROM records WHERE stream_id = $2 AND key NOT LIKE '%777'`,
    [run.runId, streamId],
  )
  await indexPending(store.database)
  return run
}

describe.each([
  ['older than the stream', true],
  ['that do not exist', false],
])('statements on statistics %s', (_what, analyze) => {
  let run: LeasedRun
  let seq = 1
  beforeAll(async () => {
    store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
    run = await begin(analyze)
    watched = openWatched(store.url)
  }, 120_000)
  afterAll(async () => {
    await watched.database.close()
    await store.close()
  })

  const worst = (work: () => Promise<unknown>): Promise<Plan> => watched.worst(work)
  const apply = (entries: readonly TestEntry[], more: object = {}) => {
    const batch = testBatch({ ...run, seq, swept: ['main'], ...more }, entries)
    seq += 1
    return applyBatch(watched.database, batch)
  }
  const mixed = (from: number): readonly TestEntry[] =>
    Array.from({ length: 100 }, (_, n) => {
      const key = id(from + n)
      if (n % 5 === 1) return { key, op: 'n' }
      if (n % 5 === 2) return { key, op: 'd' }
      if (n === 3) return { key, op: 'q', keyed: true, raw: key }
      return { key, v: n, scope: `f${Math.floor((from + n) / SCOPE)}` }
    })
  const index = async (entries: readonly TestEntry[]) => {
    await apply(entries)
    watched.plans.length = 0
    await indexPending(watched.database)
  }
  const renumber = async () => {
    const client = await watched.database.pool.connect()
    try {
      await requestReindexing(client, run.sourceId)
      expect(await renumberSome(client)).toBe(true)
      await store.rows('DELETE FROM search_reindexings')
    } finally {
      client.release()
    }
  }
  const follow = async (limit: number) => {
    const request = { filter: {}, fields: USUAL_FIELDS, limit, maxBytes: 1e6 }
    const first = await readChanges(watched.database, await startOfChanges(watched.database, 'beginning'), request)
    expect(first?.changes.length).toBe(limit)
    if (first !== null) await readChanges(watched.database, first.next, request)
  }
  const sweep = async (effect: object) => {
    await apply([], { effects: { sweeps: [{ stream: 'main', since: 1, ...effect }] } })
    expect(watched.plans.some(({ text }) => text.includes('UPDATE records u'))).toBe(true)
  }

  it.each<readonly [string, number, () => Promise<unknown>]>([
    ['storing a batch', 3_000, () => apply(mixed(0))],
    ['storing a batch that shares keys', 3_000, () => apply(mixed(100), { overlaps: true })],
    [
      'storing a batch that shares keys before its time',
      3_000,
      async () => {
        seq += 1
        await apply(mixed(200), { overlaps: true })
        seq -= 2
        await apply(mixed(300))
        seq += 1
      },
    ],
    ['the sweep of a scope', 3_000, () => sweep({ scope: 'f20', contents: false })],
    ['the sweep of a scope that was read', 3_000, () => sweep({ scope: 'f21', contents: true })],
    ['the sweep of a whole stream', 3 * STREAM, () => sweep({ contents: true })],
    [
      'a heartbeat',
      1_000,
      () => heartbeat(watched.database, { ...run, ttlMs: 60_000, recordsRead: 1, forwardedBatches: 1, forwardedBytes: 1, progress: {} }),
    ],
    ['looking how far a run is stored', 100, () => readCommitStates(watched.database, [run.runId])],
    ['looking which batches are stored', 100, () => readStoredSeqs(watched.database, run.runId, 1)],
    [
      'looking known records up',
      1_000,
      () =>
        createStoredRecords(watched.database, run.sourceId).lookup(
          'main',
          Array.from({ length: 100 }, (_, n) => id(n + 5_000)),
        ),
    ],
    [
      'walking through known records',
      2_500,
      async () => {
        let known = 0
        for await (const { key } of createStoredRecords(watched.database, run.sourceId).entries('main')) known += key === '' ? 0 : 1
        expect(known).toBeGreaterThan(3_000)
      },
    ],
    // Without statistics it may sort the records of the source, but must not read others.
    [
      'listing records',
      analyze ? 1_000 : 3 * STREAM,
      () =>
        listRecords(watched.database, {
          sourceIds: [run.sourceId],
          deleted: 'exclude',
          sort: 'fetchedAt',
          after: null,
          fields: USUAL_FIELDS,
          limit: 50,
          maxBytes: 1e6,
        }),
    ],
    ['indexing what was stored', 2_000, () => index(mixed(1_000))],
    ['indexing long texts', 2_000, () => index(Array.from({ length: 100 }, (_, n) => ({ key: id(n + 1_100), data: LONG })))],
    [
      'indexing other long texts',
      2_000,
      () => index(Array.from({ length: 100 }, (_, n) => ({ key: id(n + 1_100), data: LONG.replace('word', 'text') }))),
    ],
    ['indexing records of a source again', 6_000, renumber],
    ['searching for a word of many records', 5_000, () => searchRecords(watched.database, testSearch('longer'))],
    ['following changes', 2_000, () => follow(100)],
    ['searching for a rare word', 1_000, () => searchRecords(watched.database, testSearch('7777'))],
    ['listing the quarantine', 2_000, () => listQuarantine(watched.database, { sourceId: run.sourceId, beforeId: null, limit: 50 })],
    ['retrying the quarantine', 5_000, () => retryQuarantine(watched.database, { sourceId: run.sourceId, reason: 'RECORD_INVALID' }, 'key:a')],
    ['counting what is retried', 2_000, () => countRetries(watched.database, run.sourceId)],
    ['reading what is retried', 3_000, () => listRetries(watched.database, { sourceId: run.sourceId, afterId: '0', limit: 100, maxBytes: 1e6 })],
    ['dropping the quarantine', 3_000, () => dropQuarantine(watched.database, { sourceId: run.sourceId }, 'key:a')],
    ['the end of a run', 2 * STREAM, () => finishRun(watched.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })],
    [
      'taking a lease',
      1_000,
      async () => {
        const created = await store.lease(run.sourceId)
        await store.expireLease(run.sourceId)
        run = created
        await acquireLease(watched.database, { runId: created.runId, holder: 'w', ttlMs: 60_000 })
      },
    ],
  ])('%s touches at most %i rows', async (_name, limit, work) => {
    const plan = await worst(work)
    expect({ ...plan, isWithin: plan.touched <= limit }).toMatchObject({ isWithin: true })
  })

  it('keys of the stream are those of the records in it', async () => {
    const [found] = await store.rows<{ n: number }>(`SELECT count(*)::int AS n FROM records WHERE key_hash = decode($1, 'hex')`, [keyHash(id(4_000))])
    expect(found?.n).toBe(1)
  })
})
