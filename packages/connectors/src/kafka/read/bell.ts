/** Wakes the reader that waits for something to change. */
export interface Bell {
  ring(): void
  /** Resolves at the next ring, or after `ms`; rings in between are not kept. */
  wait(ms: number): Promise<void>
}

export const createBell = (): Bell => {
  const waiters = new Set<() => void>()
  return {
    ring() {
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
