import { Failure } from '@inlet/domain'
import type { PooledConnection } from '../connections/connection-pool.js'

/** How long to wait for a connector. */
export interface ConnectorLimits {
  /** For one page, a connection or a list of streams, in ms. */
  readonly pageMs: number
  /** For a connector to stop once its signal aborts, in ms; after that it is abandoned. */
  readonly graceMs: number
}

/** Limits the wait for each step of a connector, so that none can block its run for good. */
export interface WaitPolicy {
  /** The connector's signal: aborts when the run must stop, and when the connector takes too long. */
  readonly signal: AbortSignal
  /**
   * Waits for a step of the connector. Throws CONNECTOR_STALLED when it takes longer than `pageMs`, and the signal's reason when that aborts; in both
   * cases the connector first has the grace period to end by itself. `extraMs` is added to `pageMs`.
   */
  wait<T>(doing: string, work: Promise<T>, extraMs?: number): Promise<T>
}

/** @param outer aborts when the run must stop */
export const createWaitPolicy = (outer: AbortSignal, { pageMs, graceMs }: ConnectorLimits): WaitPolicy => {
  const stalled = new AbortController()
  const signal = AbortSignal.any([outer, stalled.signal])
  return {
    signal,
    async wait(doing, work, extraMs = 0) {
      const timer = setTimeout(() => stalled.abort(tooLong(doing, pageMs + extraMs)), pageMs + extraMs)
      try {
        return await waitFor(work, signal, graceMs)
      } catch (error) {
        // The connector may throw anything on abort.
        throw stalled.signal.aborted && !outer.aborted ? stalled.signal.reason : error
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

const tooLong = (doing: string, limitMs: number): Failure =>
  new Failure('CONNECTOR_STALLED', `${doing}: the connector returned nothing for ${describeMs(limitMs)}`)

const describeMs = (ms: number): string => (ms >= 120_000 ? `${Math.round(ms / 60_000)} minutes` : `${Math.round(ms / 1000)} s`)

/**
 * Resolves or rejects with the work; rejects with the signal's reason if the work is not over `graceMs` after the abort. The work itself is not
 * stopped.
 */
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

/** Opens a connection within the wait policy; one that opens too late is closed. `closing` ends the connection later. */
export const openWithin = async (
  waits: WaitPolicy,
  closing: AbortSignal,
  open: (signal: AbortSignal) => Promise<PooledConnection>,
): Promise<PooledConnection> => {
  const opening = new AbortController()
  // Only while it is being opened: the connection outlives the run.
  const onAbort = (): void => opening.abort(waits.signal.reason)
  if (waits.signal.aborted) onAbort()
  else waits.signal.addEventListener('abort', onAbort, { once: true })
  const work = open(AbortSignal.any([closing, opening.signal]))
  try {
    return await waits.wait('connecting', work)
  } catch (error) {
    work.then((late) => late.connection[Symbol.asyncDispose]()).catch(() => {})
    throw error
  } finally {
    waits.signal.removeEventListener('abort', onAbort)
  }
}

export interface Listening {
  /** Aborts when the run has listened long enough, or the source wants something else. */
  readonly until: AbortSignal
  stop(): void
}

/** Limits how long a run listens to a continuous source: `forMs`, or until it is outdated. The caller stops it. */
export const listen = (outdated: AbortSignal, forMs: number): Listening => {
  const enough = new AbortController()
  const end = (): void => enough.abort()
  const timer = setTimeout(end, forMs)
  if (outdated.aborted) end()
  else outdated.addEventListener('abort', end, { once: true })
  return { until: enough.signal, stop: () => clearTimeout(timer) }
}
