import { withDeadline } from '../time/timers.js'

export interface LifecycleLog {
  error(fields: object, message: string): void
}

export interface CloseFailure {
  readonly name: string
  readonly error: unknown
}

export interface DeferOptions {
  /** How long the closer may take; default 10,000 ms. */
  readonly timeoutMs?: number
}

/** What has been opened, to be closed in reverse order. */
export interface Lifecycle {
  /**
   * Registers the closer of something just opened. When the lifecycle is already closed, closes it at once and throws, so that construction ends and
   * nothing leaks.
   */
  defer(name: string, close: () => unknown, options?: DeferOptions): void
  /** Runs all closers, last first, one at a time; continues after errors and timeouts and reports them. Later calls return the same result. */
  close(): Promise<readonly CloseFailure[]>
}

interface Closer {
  readonly name: string
  readonly close: () => unknown
  readonly timeoutMs: number
}

const DEFAULT_TIMEOUT_MS = 10_000

/** Creates an empty lifecycle. Failed closers are reported to the log, if given, and in the result of `close`. */
export const createLifecycle = (log?: LifecycleLog): Lifecycle => {
  const closers: Closer[] = []
  let closing: Promise<readonly CloseFailure[]> | undefined

  const run = async (closer: Closer): Promise<CloseFailure[]> => {
    try {
      await withDeadline(async () => closer.close(), closer.timeoutMs, `closing ${closer.name}`)
      return []
    } catch (error) {
      log?.error({ err: error, closer: closer.name }, 'closing failed')
      return [{ name: closer.name, error }]
    }
  }

  const runAll = async (): Promise<readonly CloseFailure[]> => {
    const failures: CloseFailure[] = []
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) failures.push(...(await run(closer)))
    return failures
  }

  return {
    defer(name, close, options = {}) {
      const closer = { name, close, timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS }
      if (closing !== undefined) {
        void run(closer)
        throw new Error(`${name} was opened after shutdown began`)
      }
      closers.push(closer)
    },
    close() {
      closing ??= runAll()
      return closing
    },
  }
}

export type Closeable<T extends object> = T & { close(): Promise<readonly CloseFailure[]> }

/**
 * Builds something out of parts that must be closed. When `build` throws, what it had opened is closed, last first, and the error is rethrown;
 * otherwise the plain object it built is returned with a `close` that the caller calls.
 */
export const withLifecycle = async <T extends object>(build: (lifecycle: Lifecycle) => Promise<T>, log?: LifecycleLog): Promise<Closeable<T>> => {
  const lifecycle = createLifecycle(log)
  try {
    return { ...(await build(lifecycle)), close: () => lifecycle.close() }
  } catch (error) {
    await lifecycle.close()
    throw error
  }
}
