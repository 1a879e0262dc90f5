import { nextTick, type Schedule, ticksBetween } from '@inlet/domain'
import { openTestStore, type TestStore } from '@inlet/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { accountTicks, accountTicksTogether } from './account-ticks.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const EVERY_MINUTE: Schedule = { cron: '* * * * *', timeZone: 'UTC' }

/** Creates a source whose next tick was due this many minutes ago; the ticks since then are owed. */
const owing = async (minutes: number, schedule = EVERY_MINUTE) => {
  const sourceId = await store.addSource({ schedule })
  const first = nextTick(schedule, new Date(Date.now() - minutes * 60_000))
  await store.database.pool.query('UPDATE sources SET next_tick_at = $2 WHERE id = $1', [sourceId, first])
  return { sourceId, first }
}
const ledger = (sourceId: string) =>
  store.rows<{ outcome: string; count: number; reason: string | null; run_id: string | null; scheduled_for: Date }>(
    'SELECT outcome, count, reason, run_id, scheduled_for FROM ticks WHERE source_id = $1 ORDER BY scheduled_for',
    [sourceId],
  )
const sums = async (sourceId: string) => {
  const sum: Record<string, number> = {}
  for (const { outcome, count } of await ledger(sourceId)) sum[outcome] = (sum[outcome] ?? 0) + count
  return sum
}
/** Checks that every tick from the first owed one to the next one to come is in the ledger, none twice. */
const expectAllAccounted = async (sourceId: string, first: Date, schedule = EVERY_MINUTE) => {
  const { nextTickAt } = await store.database.prisma.source.findUniqueOrThrow({ where: { id: sourceId } })
  const { ticks, more } = ticksBetween(schedule, new Date(first.getTime() - 1), new Date((nextTickAt?.getTime() ?? 0) - 1), 1)
  const accounted = (await ledger(sourceId)).reduce((sum, { count }) => sum + count, 0)
  expect(accounted).toBe(ticks.length + more)
}

describe('accountTicks', () => {
  it('creates one run for a due tick, and nothing when the tick is delivered twice', async () => {
    const { sourceId, first } = await owing(0.5)
    await store.database.pool.query(`UPDATE sources SET next_tick_at = date_trunc('minute', now()) WHERE id = $1`, [sourceId])
    const once = await accountTicks(store.database, sourceId, 'scheduler')
    expect(once).toMatchObject({ runId: expect.any(String), written: { ran: 1 } })
    expect(await accountTicks(store.database, sourceId, 'scheduler')).toMatchObject({ runId: null })
    expect((await ledger(sourceId)).filter(({ outcome }) => outcome === 'ran')).toMatchObject([{ run_id: once.runId, reason: null }])
    expect(first).toBeInstanceOf(Date)
  })

  it('skips a tick while the previous run is active, and names that run', async () => {
    const { sourceId } = await owing(1.5)
    const run = await store.lease(sourceId)
    expect(await accountTicks(store.database, sourceId, 'scheduler')).toMatchObject({ runId: null })
    expect((await ledger(sourceId)).at(-1)).toMatchObject({ outcome: 'skipped', run_id: run.runId })
  })

  it('collapses a gap into one run', async () => {
    const { sourceId, first } = await owing(10.5)
    expect(await accountTicks(store.database, sourceId, 'reconciler')).toMatchObject({ runId: expect.any(String), written: { ran: 1 } })
    expect((await ledger(sourceId)).at(-1)).toMatchObject({ outcome: 'ran', reason: 'found by the reconciler' })
    await expectAllAccounted(sourceId, first)
    expect(await store.rows('SELECT FROM runs WHERE source_id = $1', [sourceId])).toHaveLength(1)
  })

  it('summarizes a gap of more than 1,000 ticks in one row with their count', async () => {
    const { sourceId, first } = await owing(3_000.5)
    await accountTicks(store.database, sourceId, 'reconciler')
    const rows = await ledger(sourceId)
    expect(rows.length).toBe(1_000)
    expect(rows[0]?.count).toBeGreaterThan(1_990)
    await expectAllAccounted(sourceId, first)
  })

  it.each([
    ['PAUSED', 'paused'],
    ['STOPPED', 'paused'],
    ['ERROR', 'missed'],
  ] as const)('writes the ticks of a source that is %s as %s, with the reason', async (status, outcome) => {
    const { sourceId, first } = await owing(5.5)
    await store.database.pool.query('UPDATE sources SET status = $2 WHERE id = $1', [sourceId, status])
    expect(await accountTicks(store.database, sourceId, 'reconciler')).toMatchObject({ runId: null })
    expect(Object.keys(await sums(sourceId))).toEqual([outcome])
    expect((await ledger(sourceId)).every(({ reason }) => reason !== null)).toBe(true)
    await expectAllAccounted(sourceId, first)
  })

  it('owes nothing without a schedule, for unknown sources and for deleted ones', async () => {
    const sourceId = await store.addSource()
    expect(await accountTicks(store.database, sourceId, 'scheduler')).toEqual({ runId: null, written: {} })
    expect(await accountTicks(store.database, '00000000-0000-4000-8000-000000000000', 'scheduler')).toEqual({ runId: null, written: {} })
  })

  it.each([1, 2, 3, 4])('accounts for every tick once, however many call at once (%i)', async (n) => {
    const { sourceId, first } = await owing(n * 7 + 0.5)
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) => accountTicks(store.database, sourceId, i % 2 === 0 ? 'scheduler' : 'reconciler')),
    )
    expect(results.filter(({ runId }) => runId !== null)).toHaveLength(1)
    await expectAllAccounted(sourceId, first)
  })
})

describe('accountTicksTogether', () => {
  const STATUSES = ['ACTIVE', 'PAUSED', 'STOPPED', 'ERROR'] as const
  const source = fc.record({
    minutes: fc.constantFrom(0.5, 1.5, 4.5),
    status: fc.constantFrom(...STATUSES),
    isRunning: fc.boolean(),
    isLocked: fc.boolean(),
  })

  /** The minute whose tick counts as due: the clock of a job scheduler may be ahead by 2 s. */
  const minute = (): number => Math.floor((Date.now() + 2_000) / 60_000)

  it('accounts like one after the other, whatever the sources, and leaves out those that are locked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(source, { minLength: 1, maxLength: 6 }), async (sources) => {
        const pairs = await Promise.all(
          sources.map(async ({ minutes, status, isRunning }) => {
            const prepare = async () => {
              const { sourceId } = await owing(minutes)
              if (isRunning) await store.lease(sourceId)
              await store.database.pool.query('UPDATE sources SET status = $2 WHERE id = $1', [sourceId, status])
              return sourceId
            }
            return { together: await prepare(), alone: await prepare() }
          }),
        )
        const begun = minute()
        for (const { together, alone } of pairs)
          await store.database.pool.query('UPDATE sources SET next_tick_at = (SELECT next_tick_at FROM sources WHERE id = $1) WHERE id = $2', [
            together,
            alone,
          ])
        const lockedIds = pairs.filter((_, at) => sources[at]?.isLocked).map(({ together }) => together)
        await store.database.transaction(async (client) => {
          await client.query('SELECT FROM sources WHERE id = ANY($1::uuid[]) FOR UPDATE', [lockedIds])
          const accounted = await accountTicksTogether(
            store.database,
            pairs.map(({ together }) => together),
            'scheduler',
          )
          expect([...accounted.keys()].toSorted()).toEqual(
            pairs
              .map(({ together }) => together)
              .filter((id) => !lockedIds.includes(id))
              .toSorted(),
          )
          expect((await Promise.all(lockedIds.map(ledger))).flat()).toEqual([])
          for (const { together, alone } of pairs.filter((pair) => !lockedIds.includes(pair.together))) {
            const single = await accountTicks(store.database, alone, 'scheduler')
            // Another tick may have become due in between.
            if (minute() !== begun) continue
            expect({ ...accounted.get(together), runId: null }).toEqual({ ...single, runId: null })
            expect(accounted.get(together)?.runId === null).toBe(single.runId === null)
            const shown = async (id: string) =>
              (await ledger(id)).map(({ outcome, count, reason, run_id, scheduled_for }) => [outcome, count, reason, run_id === null, scheduled_for])
            expect(await shown(together)).toEqual(await shown(alone))
          }
        })
        expect([...(await accountTicksTogether(store.database, lockedIds, 'scheduler')).keys()].toSorted()).toEqual(lockedIds.toSorted())
      }),
      { numRuns: 12 },
    )
  })

  it('creates one run for each source however many processes account for the same ones at once', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, async () => (await owing(2.5)).sourceId))
    const results = await Promise.all([ids, ids.toReversed(), ids.slice(3, 9)].map((some) => accountTicksTogether(store.database, some, 'scheduler')))
    for (const id of ids.filter((some) => results.every((result) => !result.has(some)))) await accountTicks(store.database, id, 'scheduler')
    for (const id of ids) {
      expect(await store.rows('SELECT FROM runs WHERE source_id = $1', [id])).toHaveLength(1)
      expect((await ledger(id)).filter(({ outcome }) => outcome === 'ran')).toHaveLength(1)
    }
  })
})
