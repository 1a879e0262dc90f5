import { describe, expect, it } from 'vitest'
import { compareSchedules } from './reconcile.js'

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
