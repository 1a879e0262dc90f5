import { openTestStore, type TestEntry, type TestStore, testBatch } from '@inlet/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { searchRecords } from '../records/search-records.js'
import { testSearch } from '../records/testing/test-search.js'
import { retryGivenUp } from './claim-portion.js'
import { indexPending } from './index-pending.js'
import { readIndexState } from './index-state.js'
import { mergeSegments } from './merge-segments.js'
import { createBreakingDatabase } from './testing/breaking-database.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const KEYS = ['kiwi', 'puma', 'lynx', 'ibex', 'orca']
const WORDS = ['zinc', 'iron', 'gold']

type Step =
  | { readonly do: 'store'; readonly entries: readonly TestEntry[] }
  /** The indexer ends at a statement, or when it has nothing more to do. */
  | { readonly do: 'index'; readonly statements: number }
  | { readonly do: 'merge' }
  /** As with several scribes: two indexers, and one that stores meanwhile. */
  | { readonly do: 'both'; readonly entries: readonly TestEntry[] }

const entry: fc.Arbitrary<TestEntry> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('u' as const), key: fc.constantFrom(...KEYS), v: fc.constantFrom(...WORDS) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('d' as const), key: fc.constantFrom(...KEYS) }) },
)
const entries = fc.uniqueArray(entry, { minLength: 1, maxLength: 5, selector: ({ key }) => key })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('store' as const), entries }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('index' as const), statements: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('both' as const), entries }) },
)

/** What is stored, and the states of each record since the last one that was certainly indexed. */
class Reference {
  readonly states = new Map<string, { live: boolean; words: string[]; indexed: boolean }>()

  apply(stored: readonly TestEntry[]): void {
    for (const { op, key, v } of stored) {
      const known = this.states.get(key)
      if (op === 'd') {
        if (known !== undefined) known.live = false
      } else if (known === undefined) this.states.set(key, { live: true, words: [String(v)], indexed: false })
      else {
        known.live = true
        if (known.words.at(-1) !== v) known.words.push(String(v))
      }
    }
  }

  /** Everything that was stored is indexed. */
  indexAll(): void {
    for (const state of this.states.values()) {
      state.words = state.words.slice(-1)
      state.indexed = true
    }
  }
}

const run = async (steps: readonly Step[]): Promise<void> => {
  const sourceId = await store.addSource()
  const lease = await store.lease(sourceId)
  const reference = new Reference()
  let seq = 0
  const put = async (stored: readonly TestEntry[]): Promise<void> => {
    seq += 1
    expect(await applyBatch(store.database, testBatch({ ...lease, seq }, stored))).toMatchObject({ result: 'applied' })
    reference.apply(stored)
  }
  const find = async (q: string): Promise<readonly string[]> => {
    const found = await searchRecords(store.database, testSearch(q, { filter: { deleted: 'exclude', sourceIds: [sourceId] } }))
    return (found?.records ?? []).map(({ key }) => key).toSorted()
  }
  const check = async (): Promise<void> => {
    for (const [key, { live, words, indexed }] of reference.states) {
      const found = await find(key)
      if (live && indexed) expect(found).toEqual([key])
      if (!live) expect(found).toEqual([])
      // Found by the words of one of its states, and of no other.
      if (live && indexed) {
        const by = await Promise.all(WORDS.map(async (word) => ((await find(word)).includes(key) ? [word] : [])))
        expect(by.flat()).toHaveLength(1)
        expect(words).toContain(by.flat()[0])
      }
    }
  }
  for (const each of steps) {
    if (each.do === 'store') await put(each.entries)
    else if (each.do === 'merge') await mergeSegments(store.database)
    else if (each.do === 'both') await Promise.all([indexPending(store.database), indexPending(store.database), put(each.entries)])
    else {
      const breaking = createBreakingDatabase(store.url, { statements: each.statements })
      await indexPending(breaking, { portionBytes: 200 }).catch(() => null)
      await breaking.close()
    }
    await check()
  }
  // A record that several indexers were working on when they were killed is given up, now at the latest, until the next one starts.
  for (let starts = 0; starts < 2; starts++) {
    await retryGivenUp(store.database.pool)
    while ((await readIndexState(store.database)).pending > 0) await indexPending(store.database)
  }
  reference.indexAll()
  await check()
  expect((await readIndexState(store.database)).failed).toBe(0)
  expect(await store.rows('SELECT FROM search_former')).toEqual([])
  for (const word of WORDS)
    expect(await find(word)).toEqual(
      [...reference.states].flatMap(([key, { live, words }]) => (live && words.at(-1) === word ? [key] : [])).toSorted(),
    )
}

const ROUNDS = Number(process.env['INLET_TEST_ROUNDS'] ?? 25)

/** Found at random: consecutive kills while working on the same record. */
const KILLED_AGAIN: readonly Step[] = [
  { do: 'store', entries: KEYS.map((key) => ({ op: 'u', key, v: 'zinc' })) },
  { do: 'index', statements: 4 },
  { do: 'store', entries: [{ op: 'u', key: 'lynx', v: 'gold' }] },
  { do: 'merge' },
  ...[2, 3, 4, 5, 14].map((statements) => ({ do: 'index' as const, statements })),
  { do: 'store', entries: [{ op: 'u', key: 'lynx', v: 'iron' }] },
  { do: 'index', statements: 12 },
]

describe('an indexer that is killed between any two statements', () => {
  it('leaves an index that finds each record by one of its states, and finally by its last', async () => {
    const result = await fc.check(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), (steps) => run(steps)),
      { numRuns: ROUNDS, examples: [[[...KILLED_AGAIN]]] },
    )
    expect(fc.defaultReportMessage(result) ?? '').toBe('')
  })
})
