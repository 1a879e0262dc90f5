/** Of what a source allows, so that requests which travel at different speeds do not arrive as one too many. */
const MARGIN = 0.97

/** Milliseconds between two requests. */
export const gapOf = (perMinute: number): number => 60_000 / (perMinute * MARGIN)

/** Spreads requests evenly: never in bursts, and nothing is saved up. */
export interface Spacing {
  /** Milliseconds until the caller may send; the place is taken. */
  reserve(gapMs: number): number
}

/** @param monotonicMs a clock that never goes back, e.g. `performance.now` */
export const createSpacing = (monotonicMs: () => number): Spacing => {
  const state = { nextAt: Number.NEGATIVE_INFINITY }
  return {
    reserve: (gapMs) => {
      const now = monotonicMs()
      const at = Math.max(now, state.nextAt)
      state.nextAt = at + gapMs
      return at - now
    },
  }
}
