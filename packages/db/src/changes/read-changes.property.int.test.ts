import { openTestStore, type TestEntry, type TestStore, testBatch, until } from '@inlet/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { readChanges, startOfChanges } from './read-changes.js'
import { readChangeHead } from './read-head.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const FIELDS = { allData: true, members: [], text: false }
const KEYS = ['kiwi', 'puma', 'lynx', 'ibex', 'orca', 'wolf']
/** What each of several sources has stored, batch by batch. */
const entry: fc.Arbitrary<TestEntry> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('u' as const), key: fc.constantFrom(...KEYS), v: fc.nat(1_000) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('d' as const), key: fc.constantFrom(...KEYS) }) },
)
const batch = fc.uniqueArray(entry, { minLength: 1, maxLength: 6, selector: ({ key }) => key })
const plan = fc.record({
  writers: fc.array(fc.array(batch, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 4 }),
  /** After how many changes the consumer dies, each time; what it had not saved comes again. */
  deaths: fc.array(fc.nat(5), { minLength: 3, maxLength: 12 }),
  limit: fc.integer({ min: 1, max: 7 }),
  fromStart: fc.boolean(),
})

/** Keeps each transaction open for a moment, so that they commit in another order than they began. */
const slowly = (delays: readonly number[]): TestStore['database'] => {
  let turn = 0
  return {
    ...store.database,
    transaction: (work) =>
      store.database.transaction(async (client) => {
        const result = await work(client)
        await client.query('SELECT pg_sleep($1)', [(delays[turn++ % delays.length] ?? 0) / 1_000])
        return result
      }),
  }
}

const run = async ({ writers, deaths, limit, fromStart }: typeof plan extends fc.Arbitrary<infer P> ? P : never): Promise<void> => {
  const sources = await Promise.all(writers.map(() => store.addSource()))
  const leases = await Promise.all(sources.map((sourceId) => store.lease(sourceId)))
  const from = await startOfChanges(store.database, fromStart ? 'beginning' : 'now')
  const written = Promise.all(
    writers.map(async (batches, w) => {
      const database = slowly([0, 7, 1, 12])
      const lease = leases[w]
      if (lease === undefined) return
      // Two at a time: batches of one run are stored in any order too.
      for (let n = 0; n < batches.length; n += 2)
        await Promise.all(
          batches.slice(n, n + 2).map((entries, m) => applyBatch(database, testBatch({ ...lease, seq: n + m + 1, overlaps: true }, entries))),
        )
    }),
  )
  const copy = new Map<string, string>()
  let saved = from
  /** Reads pages until it dies, or to the end. What it has read since it last saved its position comes again. */
  const live = async (pages: number): Promise<void> => {
    let position = saved
    for (let n = 0; n < pages; n += 1) {
      const page = await readChanges(store.database, position, { filter: { sourceIds: sources }, fields: FIELDS, limit, maxBytes: 1_000_000 })
      if (page === null) throw new Error('expired')
      for (const change of page.changes)
        if (change.op !== 'source_deleted')
          copy.set(`${change.record.sourceId} ${change.record.key}`, change.op === 'delete' ? 'deleted' : change.record.dataText)
      position = page.next
      if (n % 2 === 0) saved = position
      if (page.atEnd && pages === Number.POSITIVE_INFINITY) return
    }
  }
  for (const pages of deaths) await live(pages)
  await written
  const [now] = await store.rows<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid')
  await until(async () => BigInt((await readChangeHead(store.database)).horizon) > BigInt(now?.xid ?? 0))
  await live(Number.POSITIVE_INFINITY)
  const stored = await store.rows<{ name: string; state: string }>(
    `SELECT source_id || ' ' || key AS name, CASE WHEN deleted_at IS NULL THEN data::text ELSE 'deleted' END AS state
     FROM records WHERE source_id = ANY($1) AND content_hash <> ''`,
    [sources],
  )
  expect(Object.fromEntries(copy)).toEqual(Object.fromEntries(stored.map(({ name, state }) => [name, state])))
}

const ROUNDS = Number(process.env['INLET_TEST_ROUNDS'] ?? 15)

describe('a consumer of changes that dies repeatedly', () => {
  it('ends up with what is stored, in whatever order transactions commit', { timeout: 240_000 }, async () => {
    const result = await fc.check(fc.asyncProperty(plan, run), { numRuns: ROUNDS })
    expect([result.errorInstance, fc.defaultReportMessage(result)]).toEqual([null, undefined])
  })
})
