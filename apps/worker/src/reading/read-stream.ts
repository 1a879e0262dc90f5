import { type Cursor, type Page, type ReadEnd, type StreamSpec, UNDECLARED_END } from '@inlet/connector-sdk'
import { Failure, fullJitter, toFailure } from '@inlet/domain'
import { sleep } from '@inlet/runtime'
import type { PooledConnection } from '../connections/connection-pool.js'
import type { PageWriter } from '../writing/run-writer.js'
import { type ConnectorLimits, createWaitPolicy, type WaitPolicy, waitFor } from './wait-policy.js'

export interface ReadStream {
  readonly pooled: PooledConnection
  readonly spec: StreamSpec
  readonly cursor: Cursor | null
  readonly writer: PageWriter
  readonly signal: AbortSignal
  readonly limits: ConnectorLimits
  /** Aborts when it is time to stop listening to an endless stream. */
  readonly until?: AbortSignal | undefined
  /** The same limit in ms: an endless stream may yield nothing for this long. */
  readonly listenMs?: number | undefined
  /** Returns what is kept of a page; default: everything. */
  readonly keep?: ((page: Page) => Page) | undefined
  /** Maps a page. */
  readonly mapPage?: ((page: Page) => Promise<Page>) | undefined
  /** Each attempt begins where the first one did, since the stream cannot be continued in the middle. */
  readonly fullRefresh?: boolean
  /** Whether a person has confirmed that most records are to be deleted. */
  readonly allowMassDelete?: boolean
  readonly onProgress: (stream: string, progress: NonNullable<Page['progress']>) => void
  /** Called with a failure that is retried in place. */
  readonly onRetry?: ((failure: Failure) => void) | undefined
  readonly onCaveats?: ((caveats: NonNullable<Page['caveats']>) => void) | undefined
}

const RETRIES = 2
/** A rate limit shorter than this is waited for in place; a longer one parks the run. */
const WAIT_IN_PLACE_MS = 5_000

/**
 * Reads one stream to its end and returns whether the read was complete. Transient failures are retried from the last page that was forwarded; other
 * failures are thrown, including CONNECTOR_STALLED. The page with the sweep of the whole stream is held until the end, and loses the sweep unless the
 * read was complete.
 */
export const readStream = async (args: ReadStream): Promise<ReadEnd> => {
  let { cursor } = args
  const waits = createWaitPolicy(args.signal, args.limits)
  for (let attempt = 0; ; attempt += 1) {
    // What an earlier attempt showed may be gone by now, so each attempt stands alone if a sweep follows.
    await args.writer.begin(args.spec.name, { again: attempt > 0, signal: args.signal })
    // The page with the sweep of the whole stream, held until it is known whether the read was complete.
    let held: Page | undefined
    const release = async (page: Page | undefined): Promise<void> => {
      held = undefined
      if (page === undefined) return
      await take(args, page)
      if (page.cursor === undefined || args.fullRefresh === true) return
      cursor = page.cursor
      attempt = 0
    }
    try {
      const pages = readPages(args, waits, cursor)
      let step = await pages.next()
      try {
        for (; step.done !== true; step = await pages.next()) {
          // A connector that reads on past its sweep confirms it.
          await release(held)
          if (step.value.sweep !== undefined && step.value.sweep.scope === undefined) held = step.value
          else await release(step.value)
        }
      } finally {
        if (step.done !== true) await pages.return(UNDECLARED_END)
      }
      await release(held === undefined || step.value.complete ? held : withoutSweep(held))
      return step.value
    } catch (error) {
      const failure = toFailure(error)
      const { aborted, reason } = waits.signal
      if (aborted) throw reason instanceof Failure ? reason : failure
      const waitMs = retryDelay(failure, attempt)
      if (waitMs === null) throw failure
      args.onRetry?.(failure)
      await sleep(waitMs, args.signal)
    }
  }
}

const take = async (args: ReadStream, page: Page): Promise<void> => {
  const mapped = (await args.mapPage?.(page)) ?? page
  await args.writer.write(args.spec.name, args.keep?.(mapped) ?? mapped, args.signal)
  if (page.progress !== undefined) args.onProgress(args.spec.name, page.progress)
  if (page.caveats !== undefined) args.onCaveats?.(page.caveats)
}

/** Also drops the cursor: it may say that the sweep was done. */
const withoutSweep = ({ sweep: _unproved, cursor: _beyond, ...rest }: Page): Page => rest

const retryDelay = (failure: Failure, attempt: number): number | null => {
  if (failure.code === 'rate_limited')
    return (failure.retryAfterMs ?? Number.POSITIVE_INFINITY) <= WAIT_IN_PLACE_MS && attempt < 5 ? (failure.retryAfterMs ?? 0) : null
  if (failure.code !== 'transient' || attempt >= RETRIES) return null
  return failure.retryAfterMs !== undefined && failure.retryAfterMs > WAIT_IN_PLACE_MS
    ? null
    : (failure.retryAfterMs ?? fullJitter({ baseMs: 500, capMs: 10_000, attempt, random: Math.random() }))
}

/** Yields the pages of a stream. */
async function* readPages(args: ReadStream, waits: WaitPolicy, cursor: Cursor | null): AsyncGenerator<Page, ReadEnd, void> {
  const { pooled, spec, signal, until, writer, allowMassDelete } = args
  const pages = pooled.connector.read(pooled.connection, { stream: spec.name, cursor, signal: waits.signal, until, allowMassDelete })
  try {
    for (;;) {
      const next = waits.wait(`reading ${spec.name}`, pages.next(), args.listenMs)
      const step = await writer.untilNext(next, signal)
      if (step.done === true) return declaredEnd(step.value)
      yield step.value
      signal.throwIfAborted()
    }
  } finally {
    // Lets the connector close its resources; its own failure was already thrown.
    await waitFor(pages.return(UNDECLARED_END), AbortSignal.abort(), args.limits.graceMs).catch(() => {})
  }
}

/** Untyped connectors may return nothing. */
const declaredEnd = (end: ReadEnd | undefined): ReadEnd => end ?? UNDECLARED_END
