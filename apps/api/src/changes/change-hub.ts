import { type ChangePosition, comparePlaces, type Database, readNewestChange } from '@inlet/db'

/** Wakes callers that wait for changes; queries the database only while somebody waits. */
export interface ChangeHub {
  /** Waits until there is a change after the position, the time is over, or the signal aborts. */
  wait(after: ChangePosition, options: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<void>
  close(): void
}

interface Waiter {
  readonly after: ChangePosition
  readonly wake: () => void
}

export const createChangeHub = (options: {
  readonly database: Database
  readonly pollMs: number
  readonly onError: (error: unknown) => void
}): ChangeHub => {
  const { database, pollMs, onError } = options
  const waiters = new Set<Waiter>()
  let timer: NodeJS.Timeout | undefined

  const poll = async (): Promise<void> => {
    try {
      const newest = await readNewestChange(database)
      if (newest !== null) for (const { after, wake } of waiters) if (comparePlaces(newest, after) > 0) wake()
    } catch (error) {
      onError(error)
    }
    timer = undefined
    schedule()
  }
  const schedule = (): void => {
    if (timer === undefined && waiters.size > 0) timer = setTimeout(() => void poll(), pollMs)
  }

  return {
    wait: (after, { timeoutMs, signal }) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timeout)
          signal.removeEventListener('abort', wake)
          waiters.delete(waiter)
          resolve()
        }
        const waiter = { after, wake }
        const timeout = setTimeout(wake, timeoutMs)
        signal.addEventListener('abort', wake, { once: true })
        waiters.add(waiter)
        schedule()
        if (signal.aborted) wake()
      }),
    close() {
      clearTimeout(timer)
      for (const { wake } of waiters) wake()
    },
  }
}
