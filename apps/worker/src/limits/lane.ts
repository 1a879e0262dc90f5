/** What this worker holds of the way to a host with one credential. */
export interface Lane {
  /** Whether each request must be asked for, since something other than spacing holds them back. */
  readonly limited: boolean
  setLimited(limited: boolean): void
  /** Null while what is known is younger than `everyMs`; else takes the answer of a new look, unless something newer was learnt meanwhile. */
  look(everyMs: number): ((limited: boolean) => void) | null
  /** How many places to take at once, so that fast sources do not ask for each. */
  share(gapMs: number): number
  /** Keeps places that were taken, the first of which is used. */
  keep(places: { readonly waitMs: number; readonly gapMs: number; readonly count: number }): void
  /** One after the other, so that places taken at the same time are not lost. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** Uses a kept place: the milliseconds until it; null without one of this spacing. */
  next(gapMs: number): number | null
}

/** As many places are taken at once as pass in this time. */
const SHARE_MS = 100

/** @param monotonicMs a clock that never goes back */
export const createLane = (monotonicMs: () => number): Lane => {
  const state = { limited: false, checkedAt: Number.NEGATIVE_INFINITY, changes: 0, kept: 0, nextAt: 0, gapMs: 0 }
  let last: Promise<unknown> = Promise.resolve()
  return {
    inTurn: (work) => {
      const mine = last.then(work)
      last = mine.catch(() => {})
      return mine
    },
    get limited() {
      return state.limited
    },
    setLimited: (limited) => {
      state.limited = limited
      state.checkedAt = monotonicMs()
      state.changes++
    },
    look: (everyMs) => {
      const now = monotonicMs()
      if (now - state.checkedAt < everyMs) return null
      state.checkedAt = now
      const changes = state.changes
      return (limited) => {
        if (state.changes === changes) state.limited = limited
      }
    },
    share: (gapMs) => Math.max(1, Math.floor(SHARE_MS / gapMs)),
    keep: ({ waitMs, gapMs, count }) => Object.assign(state, { kept: count - 1, nextAt: monotonicMs() + waitMs + gapMs, gapMs }),
    next: (gapMs) => {
      if (state.kept === 0 || state.gapMs !== gapMs) return null
      state.kept--
      const waitMs = state.nextAt - monotonicMs()
      state.nextAt += gapMs
      return Math.max(0, waitMs)
    },
  }
}
