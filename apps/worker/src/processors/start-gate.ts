/** Does the work, then waits until nobody else does any, at most so long. */
export type StartGate = <T>(work: () => Promise<T>) => Promise<T>

/** A run that has begun waits so long at most for others to begin (ms). */
const LONGEST_MS = 250

/**
 * Creates a gate in which the runs of a process wait for each other: of many that are due at once, all take their leases before the first one reads,
 * since reading and packing records leave little time for anything else.
 */
export const createStartGate = (longestMs = LONGEST_MS): StartGate => {
  const waiting = new Set<() => void>()
  let beginning = 0

  const untilQuiet = (): Promise<void> =>
    new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer)
        waiting.delete(go)
        resolve()
      }
      const timer = setTimeout(go, longestMs)
      waiting.add(go)
    })

  return async (work) => {
    beginning += 1
    const result = await work().finally(() => {
      beginning -= 1
      if (beginning === 0) for (const go of waiting) go()
    })
    if (beginning > 0) await untilQuiet()
    return result
  }
}
