/** Spreads requests evenly: at most so many a minute, never in bursts. */
export interface RateLimiter {
  /** Milliseconds until the caller may send; the place is taken. */
  reserve(): number
}

/** @param monotonicMs a clock that never goes back, e.g. `performance.now` */
export const createRateLimiter = (perMinute: number, monotonicMs: () => number): RateLimiter => {
  const gapMs = 60_000 / perMinute
  const state = { nextAt: Number.NEGATIVE_INFINITY }
  return {
    reserve: () => {
      const now = monotonicMs()
      const at = Math.max(now, state.nextAt)
      state.nextAt = at + gapMs
      return at - now
    },
  }
}
