/** Answers true at the first call and then once in every period (ms), for what is too dear for each pass. */
export const createTurns = (everyMs: number, now: () => number): (() => boolean) => {
  let next = Number.NEGATIVE_INFINITY
  return () => {
    if (now() < next) return false
    next = now() + everyMs
    return true
  }
}
