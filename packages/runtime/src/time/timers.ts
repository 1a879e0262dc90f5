// Node turns a longer delay into 1 ms.
const LONGEST_TIMER_MS = 2_147_483_647

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })

/** Waits `ms` milliseconds, however many. Rejects with the signal's reason as soon as it aborts. */
export const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
  for (let left = ms; ; left -= LONGEST_TIMER_MS) {
    signal?.throwIfAborted()
    await pause(Math.max(0, Math.min(left, LONGEST_TIMER_MS)), signal)
    if (left <= LONGEST_TIMER_MS) return
  }
}

/** Returns milliseconds since the process began; unaffected when the wall clock is set. */
export const monotonicNow = (): number => performance.now()

/** Thrown when something took longer than it may. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/**
 * Returns the outcome of the work; rejects with a `DeadlineError` after `timeoutMs`. The work itself is not stopped. The timer keeps the process
 * alive.
 */
export const withDeadline = async <T>(work: () => Promise<T>, timeoutMs: number, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what} took longer than ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Calls `work` at each multiple of `everyMs` (ms) of the time since the process began, so that all of its regular timers wake an idle process at once
 * instead of one after the other. A process that was late skips a call rather than making two in quick succession. The timer keeps the process alive.
 * Returns the function that stops it.
 */
export const setAlignedInterval = (work: () => void, everyMs: number): (() => void) => {
  let timer: NodeJS.Timeout
  const next = (): void => {
    const left = everyMs - (monotonicNow() % everyMs)
    timer = setTimeout(
      () => {
        next()
        work()
      },
      left < everyMs / 2 ? left + everyMs : left,
    )
  }
  next()
  return () => clearTimeout(timer)
}

/** Returns a function that returns true on its first call and then once per period (ms), for work that is too expensive for every pass. */
export const createThrottle = (everyMs: number, now: () => number): (() => boolean) => {
  let next = Number.NEGATIVE_INFINITY
  return () => {
    if (now() < next) return false
    next = now() + everyMs
    return true
  }
}
