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

/** Waits `ms` milliseconds, however many. Rejects with the reason of the signal as soon as that aborts. */
export const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
  for (let left = ms; ; left -= LONGEST_TIMER_MS) {
    signal?.throwIfAborted()
    await pause(Math.max(0, Math.min(left, LONGEST_TIMER_MS)), signal)
    if (left <= LONGEST_TIMER_MS) return
  }
}
