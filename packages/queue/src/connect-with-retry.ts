import { setTimeout as delay } from 'node:timers/promises'
import { withDeadline } from '@inlet/runtime'

/** How long a queue server may be unavailable at startup. */
export interface StartWait {
  /** In ms; default 30,000. */
  readonly startTimeoutMs?: number | undefined
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined
}

const DEFAULT_TIMEOUT_MS = 30_000
const ATTEMPT_MS = 30_000
const PAUSE_MS = 1_000

/**
 * Retries until it succeeds, with new connections each time: BullMQ remembers a first one that failed. Throws the last error, or the signal's reason.
 */
export const connectWithRetry = async <T>(
  { startTimeoutMs = DEFAULT_TIMEOUT_MS, signal }: StartWait,
  attempt: { readonly make: () => T; readonly ready: (connection: T) => Promise<unknown>; readonly drop: (connection: T) => void },
): Promise<T> => {
  const deadline = performance.now() + startTimeoutMs
  for (;;) {
    signal?.throwIfAborted()
    const connection = attempt.make()
    try {
      const left = Math.max(1, deadline - performance.now())
      await untilAborted(
        withDeadline(() => attempt.ready(connection), Math.min(ATTEMPT_MS, left), 'connecting to the queue'),
        signal,
      )
      return connection
    } catch (error) {
      attempt.drop(connection)
      if (performance.now() + PAUSE_MS >= deadline) throw error
      await delay(PAUSE_MS, undefined, signal === undefined ? {} : { signal })
    }
  }
}

const untilAborted = async <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (signal === undefined) return work
  let onAbort = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
