/** Wakes a reader that waits for something to change. */
export interface Signal {
  notify(): void
  /** Resolves at the next notification, or after `ms`; earlier notifications are not kept. */
  wait(ms: number): Promise<void>
}

export const createSignal = (): Signal => {
  const waiters = new Set<() => void>()
  return {
    notify() {
      for (const wake of waiters) wake()
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          waiters.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, ms)
        waiters.add(wake)
      }),
  }
}
