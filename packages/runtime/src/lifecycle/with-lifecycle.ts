import { type CloseFailure, createLifecycle, type Lifecycle, type LifecycleLog } from './lifecycle.js'

export type Closeable<T extends object> = T & { close(): Promise<readonly CloseFailure[]> }

/**
 * Builds something out of parts that must be closed. When `build` throws, what it had opened is closed, last first, and
 * the error goes on to the caller; else the built plain object is returned with a `close` that the caller calls.
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
