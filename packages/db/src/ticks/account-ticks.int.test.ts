import { nextTick, type Schedule, ticksBetween } from '@inlet/domain'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { accountTicks } from './account-ticks.js'

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
