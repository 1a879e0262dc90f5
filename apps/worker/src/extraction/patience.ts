import { Failure } from '@inlet/domain'
import type { PooledConnection } from './connection-pool.js'

/** How long a connector is waited for. */
export interface ConnectorLimits {
  /** For one page, a connection or a list of streams, in ms. */
  readonly pageMs: number
  /** For a connector to let go once its signal aborts, in ms; then it is left alone. */
  readonly graceMs: number
}

/** What waits for the work of one connector, so that no connector can hold up its run for good. */
export interface Patience {
  /** For the connector: aborts when the run must stop, and when the connector takes too long. */
  readonly signal: AbortSignal
  /**
   * Waits for a step of the connector. Throws CONNECTOR_STALLED when it takes longer than `pageMs`, and the reason of the signal when that
   * aborts; in both cases the connector has the grace to end by itself first. `extraMs` is added to `pageMs`.
   */
  wait<T>(doing: string, work: Promise<T>, extraMs?: number): Promise<T>
}

/** @param outer aborts when the run must stop */
export const createPatience = (outer: AbortSignal, { pageMs, graceMs }: ConnectorLimits): Patience => {
  const stalled = new AbortController()
  const signal = AbortSignal.any([outer, stalled.signal])
  return {
    signal,
    async wait(doing, work, extraMs = 0) {
      const timer = setTimeout(() => stalled.abort(tooLong(doing, pageMs + extraMs)), pageMs + extraMs)
      try {
        return await waitFor(work, signal, graceMs)
      } catch (error) {
        // The connector may say of the abort what it likes.
        throw stalled.signal.aborted && !outer.aborted ? stalled.signal.reason : error
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

const tooLong = (doing: string, limitMs: number): Failure =>
  new Failure('CONNECTOR_STALLED', `${doing}: the connector gave nothing for ${describeMs(limitMs)}`)

const describeMs = (ms: number): string => (ms >= 120_000 ? `${Math.round(ms / 60_000)} minutes` : `${Math.round(ms / 1000)} s`)

/** The outcome of the work; the reason of the signal when the work is not over `graceMs` after it aborted. The work itself is not stopped. */
export const waitFor = <T>(work: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      timer = setTimeout(() => reject(signal.reason), graceMs)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
    work.then(resolve, reject).finally(finish)
  })

/** Opens a connection as long as there is patience; one that opens later is closed. `closing` ends its life afterwards. */
export const openPatiently = async (
  patience: Patience,
  closing: AbortSignal,
  open: (signal: AbortSignal) => Promise<PooledConnection>,
): Promise<PooledConnection> => {
  const opening = new AbortController()
  // Only while it is being opened: the connection outlives the run.
  const onAbort = (): void => opening.abort(patience.signal.reason)
  if (patience.signal.aborted) onAbort()
  else patience.signal.addEventListener('abort', onAbort, { once: true })
  const work = open(AbortSignal.any([closing, opening.signal]))
  try {
    return await patience.wait('connecting', work)
  } catch (error) {
    work.then((late) => late.connection[Symbol.asyncDispose]()).catch(() => {})
    throw error
  } finally {
    patience.signal.removeEventListener('abort', onAbort)
  }
}
