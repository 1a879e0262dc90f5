import { openTestStore, type TestEntry, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { isRetryable } from '../sql-state.js'
import { applyBatch } from './apply-batch.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

/** A small linear congruential generator: a failing seed can be rerun. */
const createRandom = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

const shuffled = <T>(items: readonly T[], random: (below: number) => number): T[] =>
  items
    .map((item) => ({ item, place: random(1_000_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)

const readState = async (sourceId: string) => {
  const stored = await store.rows<{ key: string; v: unknown }>(
    `SELECT key, data->'v' AS v FROM records WHERE source_id = $1 AND deleted_at IS NULL`,
    [sourceId],
  )
  const [stream] = await store.rows<{ live: number }>('SELECT live_records::int AS live FROM streams WHERE source_id = $1', [sourceId])
  return { records: Object.fromEntries(stored.map(({ key, v }) => [key, v])), live: stream?.live }
}

const applyAgain = async (batch: Parameters<typeof applyBatch>[1]) => {
  for (;;) {
    try {
      return await applyBatch(store.database, batch)
    } catch (error) {
      if (!isRetryable(error)) throw error
    }
  }
}

/** Creates batches over few keys, so that most of them overlap; applying them in order gives the expected result. */
const makeHistory = (random: (below: number) => number) => {
  const truth = new Map<string, number>()
  const batches = Array.from({ length: 12 }, () => {
    const entries = new Map<string, TestEntry>()
    for (let i = 0; i < 6; i += 1) {
      const key = `k${random(8)}`
      const dice = random(4)
      if (dice === 0) entries.set(key, { key, op: 'd' })
      else entries.set(key, { key, v: random(3) })
    }
    for (const [key, entry] of entries) {
      if (entry.op === 'd') truth.delete(key)
      else truth.set(key, entry.v as number)
    }
    return [...entries.values()]
  })
  return { batches, truth: Object.fromEntries(truth) }
}

describe('batches of a run in any order', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('result in the newest state of every key, whatever the order (seed %i)', async (seed) => {
    const random = createRandom(seed)
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    // Some records exist beforehand, so that "unchanged" and "deleted" mean something.
    const before = Array.from({ length: 5 }, (_, n) => ({ key: `k${n}`, v: 0 }))
    await applyBatch(store.database, testBatch({ ...run, seq: 1 }, before))
    const { batches, truth } = makeHistory(random)
    const untouched = Object.fromEntries(before.filter(({ key }) => !batches.flat().some((entry) => entry.key === key)).map(({ key, v }) => [key, v]))
    const jobs = batches.map((entries, index) => testBatch({ ...run, seq: index + 2, overlaps: true }, entries))
    for (const job of shuffled(jobs, random)) expect(await applyBatch(store.database, job)).toMatchObject({ result: 'applied' })
    const expected = { ...untouched, ...truth }
    expect(await readState(sourceId)).toEqual({ records: expected, live: Object.keys(expected).length })
  })

  it.each([11, 12, 13, 14, 15, 16])('give the same result when several scribes store them at once (seed %i)', async (seed) => {
    const random = createRandom(seed)
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'k0', v: 0 }]))
    const { batches, truth } = makeHistory(random)
    const jobs = shuffled(
      batches.map((entries, index) => testBatch({ ...run, seq: index + 2, overlaps: true }, entries)),
      random,
    )
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) await applyAgain(job)
      }),
    )
    const expected = 'k0' in truth || batches.flat().some(({ key }) => key === 'k0') ? truth : { k0: 0, ...truth }
    expect(await readState(sourceId)).toEqual({ records: expected, live: Object.keys(expected).length })
  })

  it('keeps a record that was found unchanged from being overwritten by an older batch that arrives later', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'a', v: 'new' }]))
    await applyBatch(store.database, testBatch({ ...run, seq: 3, overlaps: true }, [{ key: 'a', v: 'new' }]))
    await applyBatch(store.database, testBatch({ ...run, seq: 2 }, [{ key: 'a', v: 'old' }]))
    expect(await readState(sourceId)).toEqual({ records: { a: 'new' }, live: 1 })
  })

  it('keeps a delete from being undone by an older insert that arrives later', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await applyBatch(store.database, testBatch({ ...run, seq: 2, overlaps: true }, [{ key: 'a', op: 'd' }]))
    await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'a' }]))
    expect(await readState(sourceId)).toEqual({ records: {}, live: 0 })
    await applyBatch(store.database, testBatch({ ...run, seq: 3 }, [{ key: 'a', v: 'back' }]))
    expect(await readState(sourceId)).toEqual({ records: { a: 'back' }, live: 1 })
  })

  it('do not deadlock: new and unchanged records with cursors proceed in parallel', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    const old = Array.from({ length: 100 }, (_, n) => ({ key: `old${n}` }))
    await applyBatch(store.database, testBatch({ ...run, seq: 1 }, old))
    const deadlocks = async () =>
      (await store.rows<{ n: number }>('SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()'))[0]?.n
    const before = await deadlocks()
    const jobs = Array.from({ length: 60 }, (_, n) =>
      testBatch({ ...run, seq: n + 2, effects: { cursors: [{ stream: 'main', cursor: n }] } }, n % 2 === 0 ? old : [{ key: `new${n}` }]),
    )
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await applyBatch(store.database, job)
      }),
    )
    expect(await deadlocks()).toBe(before)
    expect(await readState(sourceId)).toMatchObject({ live: 130 })
  })
})
