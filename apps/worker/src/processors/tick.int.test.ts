import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createTickProcessor } from './tick.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

/** Adds a source with one due tick: yearly, so that no other one becomes due during a test. */
const addDue = async (): Promise<string> => {
  const sourceId = await store.addSource({ schedule: { cron: '0 0 1 1 *', timeZone: 'UTC' } })
  await store.database.pool.query(`UPDATE sources SET next_tick_at = date_trunc('year', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' WHERE id = $1`, [
    sourceId,
  ])
  return sourceId
}

const open = (enqueue: () => Promise<void> = async () => {}) => {
  const [enqueued, counted]: [string[], string[]] = [[], []]
  const processTick = createTickProcessor({
    database: store.database,
    queues: {
      enqueueRuns: async (runs) => {
        await enqueue()
        enqueued.push(...runs.map(({ runId }) => runId))
      },
    },
    metrics: { countTick: (outcome) => void counted.push(outcome) },
  })
  return { enqueued, counted, tick: (sourceId: string) => processTick({ v: 1, sourceId }) }
}
const runsOf = async (sourceIds: readonly string[]): Promise<readonly string[]> =>
  (await store.rows<{ id: string }>('SELECT id FROM runs WHERE source_id = ANY($1::uuid[])', [sourceIds])).map(({ id }) => id)

describe('createTickProcessor', () => {
  it('enqueues one run for each of many sources, however often their ticks are delivered', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, addDue))
    const { enqueued, counted, tick } = open()
    await Promise.all([...ids, ...ids.toReversed()].map(tick))
    expect(enqueued).toHaveLength(30)
    expect(enqueued.toSorted()).toEqual((await runsOf(ids)).toSorted())
    expect(counted).toEqual(Array(30).fill('ran'))
  })

  it('lets a locked source wait alone', async () => {
    const [locked, free] = [await addDue(), await addDue()]
    const { enqueued, tick } = open()
    const late = await store.database.transaction(async (client) => {
      await client.query('SELECT FROM sources WHERE id = $1 FOR UPDATE', [locked])
      const waiting = tick(locked)
      await tick(free)
      await until(async () => enqueued.length === 1)
      expect(enqueued).toEqual(await runsOf([free]))
      return { waiting }
    })
    await late.waiting
    expect(enqueued).toHaveLength(2)
    expect(enqueued[1]).toBe((await runsOf([locked]))[0])
  })

  it('fails when the queue does not accept the run, so that the tick is delivered again', async () => {
    const { tick } = open(async () => Promise.reject(new Error('no queue')))
    await expect(tick(await addDue())).rejects.toThrow('no queue')
  })
})
