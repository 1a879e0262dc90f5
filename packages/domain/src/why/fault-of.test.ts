import { describe, expect, it } from 'vitest'
import { staleOf } from './fault-of.js'

const now = new Date('2026-11-28T12:00:00Z')
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000)
const scheduled = { staleSince: ago(3), lastSuccessAt: ago(5), pushed: false, scheduled: true, nextTickAt: ago(-5), now }
const pushed = { ...scheduled, pushed: true, scheduled: false, nextTickAt: null }

describe('a source that nothing keeps from running, and that misses its freshness', () => {
  it('is not called well: its schedule is too rare, or its sender silent', () => {
    expect(staleOf(scheduled)).toMatchObject({ who: 'owner', reason: 'SOURCE_STALE', clearsAt: ago(-5) })
    expect(staleOf(scheduled)?.message).toMatch(
      /^it has not succeeded for longer than its freshWithin allows; the last time was 5 min ago \(2026.*\)$/u,
    )
    expect(staleOf({ ...pushed, lastSuccessAt: null })?.message).toBe(
      'nothing has been pushed to its hook for longer than its freshWithin allows; it never has',
    )
  })

  it('is left to other rules while it is fresh, or runs only on request', () => {
    expect(staleOf({ ...pushed, staleSince: null })).toBeNull()
    expect(staleOf({ ...scheduled, scheduled: false })).toBeNull()
  })
})
