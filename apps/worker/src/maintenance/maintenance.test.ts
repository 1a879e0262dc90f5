import { createLogger } from '@inlet/observability'
import { describe, expect, it } from 'vitest'
import { createThrottle, startMaintenanceClock } from './maintenance-clock.js'
import { compareSchedules } from './reconcile.js'

const log = createLogger({ level: 'fatal', name: 'test' })
const daily = { cron: '0 0 * * *', timeZone: 'UTC' }

describe('compareSchedules', () => {
  const wanted = [
    { sourceId: 'a', schedule: daily },
    { sourceId: 'b', schedule: daily },
    { sourceId: 'c', schedule: { ...daily, timeZone: 'Asia/Tokyo' } },
  ]
  it('finds missing, drifted and stray ones', () => {
    const actual = [
      { sourceId: 'a', ...daily },
      { sourceId: 'c', ...daily },
      { sourceId: 'x', ...daily },
    ]
    expect(compareSchedules(wanted, actual)).toEqual({ missing: ['b', 'c'], strays: ['x'] })
  })
  it('finds nothing if everything is as wanted, and everything in an empty queue', () => {
    expect(
      compareSchedules(
        wanted,
        wanted.map(({ sourceId, schedule }) => ({ sourceId, ...schedule })),
      ),
    ).toEqual({ missing: [], strays: [] })
    expect(compareSchedules(wanted, [])).toEqual({ missing: ['a', 'b', 'c'], strays: [] })
  })
})

describe('createThrottle', () => {
  it('is true at first and then once per period', () => {
    let now = 0
    const isTurn = createThrottle(100, () => now)
    const at = (ms: number): boolean => {
      now = ms
      return isTurn()
    }
    expect([at(0), at(50), at(99), at(100), at(120), at(350), at(351)]).toEqual([true, false, false, true, false, true, false])
  })
})

describe('startMaintenanceClock', () => {
  it('enqueues the job at once, named after its time slot', async () => {
    const made: [string, number][] = []
    const before = Date.now()
    const stop = startMaintenanceClock({ enqueueMaintenance: async (name, slot) => void made.push([name, slot]) }, log)
    stop()
    expect(made.map(([name]) => name)).toEqual(['reconcile'])
    expect(made[0]?.[1]).toBeGreaterThanOrEqual(Math.floor(before / 15_000))
  })
})
