/** Counts failed authentications in windows of a minute. */
export interface FailedLogins {
  /**
   * Records a failure of one caller, e.g. an address with the id of a key; returns the milliseconds to wait if there were too many, otherwise null.
   */
  record(who: string): number | null
}

const WINDOW_MS = 60_000
const MAX_ADDRESSES = 10_000

/** Creates the counter. `now` returns monotonic milliseconds. Valid keys are never counted, so that nobody can lock others out. */
export const createFailedLogins = (options: { readonly limit: number; readonly now: () => number }): FailedLogins => {
  const windows = new Map<string, { startedAt: number; failures: number }>()
  return {
    record(address) {
      const now = options.now()
      const window = windows.get(address)
      if (window === undefined || now - window.startedAt >= WINDOW_MS) {
        if (windows.size >= MAX_ADDRESSES) windows.delete(windows.keys().next().value ?? '')
        windows.delete(address)
        windows.set(address, { startedAt: now, failures: 1 })
        return null
      }
      window.failures += 1
      return window.failures > options.limit ? window.startedAt + WINDOW_MS - now : null
    },
  }
}
