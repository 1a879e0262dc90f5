import { type Database, type LeasedRun, readStoredSeqs } from '@inlet/db'
import { type BatchEnvelope, Failure, isReason } from '@inlet/domain'
import type { Queues } from '@inlet/queue'
import { type ByteBudget, monotonicNow, sleep } from '@inlet/runtime'
import type { MappedPage } from '../reading/map-page.js'
import type { Backlog } from './backlog.js'
import { type Batcher, type BatcherOptions, createBatcher, type DraftBatch } from './batcher.js'
import type { CommitWatch } from './commit-watch.js'

export interface WriterDeps {
  readonly queues: Pick<Queues, 'forwardBatch'>
  readonly database: Database
  readonly watch: CommitWatch
  /** This worker's budget, over all its runs. */
  readonly budget: ByteBudget
  /** The whole backlog, over all workers. */
  readonly backlog: Backlog
  readonly now: () => number
  /** How long without progress until batches count as lost and are forwarded again (ms). */
  readonly lostAfterMs: number
}

/** Sends batches of one run to the scribe and keeps each until it is stored, so that losing the queue costs nothing but time. */
export interface RunWriter {
  /** Opens a writer that packs pages into batches. Streams read concurrently need one each, or they would send half of each other's pages. */
  openPages(options: BatcherOptions): PageWriter
  /** Waits for capacity, then sends in the background. Throws the error of an earlier batch. */
  send(draft: DraftBatch, signal: AbortSignal): Promise<void>
  /** Resolves when everything sent is stored. */
  drained(signal: AbortSignal): Promise<void>
  /** The sequence number of the next batch. */
  readonly nextSeq: number
  readonly forwardedBatches: number
  readonly forwardedBytes: number
  /** Frees memory and budget; does not wait for batches in progress. */
  close(): void
}

interface InFlight {
  readonly batch: BatchEnvelope
  readonly keyHashes: readonly string[]
  readonly release: () => void
}

const MAX_IN_FLIGHT = 12

export const createRunWriter = (deps: WriterDeps, run: LeasedRun): RunWriter => {
  const inFlight = new Map<number, InFlight>()
  const keysInFlight = new Map<string, number>()
  const waiters = new Set<() => void>()
  let failure: unknown
  let seq = run.nextSeq - 1
  let highWaterMark = run.nextSeq - 1
  // What earlier attempts stored is included, or the backlog would look smaller than it is.
  let forwardedBatches = run.committedBatches
  let forwardedBytes = run.committedBytes
  let progressAt = deps.now()
  let resending = false
  let lostAfterMs = deps.lostAfterMs

  const wake = (): void => {
    for (const waiter of waiters) waiter()
    waiters.clear()
  }
  const changed = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        waiters.delete(done)
        reject(signal.reason)
      }
      const done = (): void => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      if (signal.aborted) return reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      waiters.add(done)
    })
  const fail = (error: unknown): void => {
    failure ??= error
    wake()
  }
  const release = (entry: InFlight, at: number): void => {
    inFlight.delete(at)
    for (const hash of entry.keyHashes) if (keysInFlight.get(hash) === at) keysInFlight.delete(hash)
    entry.release()
  }
  const resend = async (): Promise<void> => {
    resending = true
    try {
      const stored = await readStoredSeqs(deps.database, run.runId, highWaterMark)
      for (const [at, { batch }] of inFlight) if (!stored.has(at)) await deps.queues.forwardBatch(batch)
    } catch {
      // The queue or the database is unavailable: the next check tries again.
    } finally {
      resending = false
      progressAt = deps.now()
      lostAfterMs = Math.min(lostAfterMs * 2, 60_000)
    }
  }
  const unwatch = deps.watch.watch(run.runId, (state) => {
    if (state.errorReason !== null) return fail(toRunFailure(state.errorReason))
    if (state.highWaterMark > highWaterMark) {
      for (const [at, entry] of inFlight) if (at <= state.highWaterMark) release(entry, at)
      highWaterMark = state.highWaterMark
      progressAt = deps.now()
      lostAfterMs = deps.lostAfterMs
      wake()
    } else if (inFlight.size > 0 && !resending && deps.now() - progressAt > lostAfterMs) void resend()
  })

  const self: RunWriter = {
    openPages: (options) =>
      createPageWriter(createBatcher(options), { send: (batch, signal) => self.send(batch, signal), nextSeq: () => self.nextSeq }),
    async send(draft, signal) {
      if (failure !== undefined) throw failure
      await deps.backlog.untilWithinBudget(signal)
      while (inFlight.size >= MAX_IN_FLIGHT) {
        await changed(signal)
        if (failure !== undefined) throw failure
      }
      const release = await deps.budget.acquire(draft.bytes, signal)
      seq += 1
      const overlaps = draft.keyHashes.some((hash) => hash !== '' && keysInFlight.has(hash))
      const batch = toEnvelope(draft, { run, seq, overlaps })
      if (inFlight.size === 0) progressAt = deps.now()
      inFlight.set(seq, { batch, keyHashes: draft.keyHashes, release })
      for (const hash of draft.keyHashes) if (hash !== '') keysInFlight.set(hash, seq)
      forwardedBatches += 1
      forwardedBytes += draft.bytes
      void forwardWithRetry(deps.queues, batch, signal).catch((error: unknown) => (signal.aborted ? undefined : fail(error)))
    },
    async drained(signal) {
      for (;;) {
        if (failure !== undefined) throw failure
        if (inFlight.size === 0) return
        await changed(signal)
      }
    },
    get nextSeq() {
      return seq + 1
    },
    get forwardedBatches() {
      return forwardedBatches
    },
    get forwardedBytes() {
      return forwardedBytes
    },
    close() {
      unwatch()
      for (const [at, entry] of inFlight) release(entry, at)
    },
  }
  return self
}

/** Packs pages into batches and sends them. */
export interface PageWriter {
  /** Begins a reading of the stream. A sweep counts only what this reading shows, so what an earlier one left is sent first (`again`). */
  begin(stream: string, options: { readonly again: boolean; readonly signal: AbortSignal }): Promise<void>
  write(stream: string, page: MappedPage, signal: AbortSignal): Promise<void>
  /** Waits for the next page, but not for long while records written before are waiting: those are then sent. */
  untilNext<T>(next: Promise<T>, signal: AbortSignal): Promise<T>
  /** Sends what is left. */
  flush(signal: AbortSignal): Promise<void>
  readonly recordsRead: number
}

/** The longest that records wait for their batch to fill, whether nothing more comes or a little now and then, in ms. */
const LINGER_MS = 1_000

/**
 * Decides when a batch leaves: when it is full, its page asks for it, its records have waited for a second, its stream is read again, or everything
 * was read.
 */
export const createPageWriter = (batcher: Batcher, { send, ...run }: Pick<RunWriter, 'send'> & { readonly nextSeq: () => number }): PageWriter => {
  let lingeringBatch = -1
  let dueAt = 0
  const flush = async (signal: AbortSignal): Promise<void> => {
    const batch = batcher.flush()
    if (batch !== null) await send(batch, signal)
  }
  return {
    flush,
    async begin(stream, { again, signal }) {
      if (again) await flush(signal)
      lingeringBatch = -1
      batcher.beginReading(stream, run.nextSeq())
    },
    async write(stream, page, signal) {
      for (const batch of batcher.add(stream, page)) await send(batch, signal)
      if (page.flush === true) await flush(signal)
    },
    async untilNext(next, signal) {
      // It may fail while earlier batches are still being sent.
      next.catch(() => {})
      if (batcher.pending && lingeringBatch !== batcher.batchCount) {
        lingeringBatch = batcher.batchCount
        dueAt = monotonicNow() + LINGER_MS
      }
      if (batcher.pending && !(await isDoneWithin(next, dueAt - monotonicNow()))) await flush(signal)
      return next
    },
    get recordsRead() {
      return batcher.recordsRead
    },
  }
}

const isDoneWithin = async (work: Promise<unknown>, limitMs: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs)
  })
  const done = work.then(
    () => true,
    () => true,
  )
  try {
    if (limitMs <= 0) return false
    return await Promise.race([done, late])
  } finally {
    clearTimeout(timer)
  }
}

const forwardWithRetry = async (queues: Pick<Queues, 'forwardBatch'>, batch: BatchEnvelope, signal: AbortSignal): Promise<void> => {
  for (let pause = 200; ; pause = Math.min(pause * 2, 5_000)) {
    try {
      await queues.forwardBatch(batch)
      return
    } catch (error) {
      if (!(error instanceof Failure) || error.reason !== 'QUEUE_UNAVAILABLE') throw error
      await sleep(pause, signal)
    }
  }
}

const toEnvelope = (draft: DraftBatch, place: { run: LeasedRun; seq: number; overlaps: boolean }): BatchEnvelope => {
  const { run } = place
  const envelope: BatchEnvelope = {
    runId: run.runId,
    sourceId: run.sourceId,
    epoch: run.epoch,
    seq: place.seq,
    version: run.version.number,
    counts: draft.counts,
    bytes: draft.bytes,
    sha256: draft.sha256,
    forwardedAt: Date.now(),
    payload: draft.payload,
    ...(draft.effects === undefined ? {} : { effects: draft.effects }),
    ...(place.overlaps ? { overlaps: true } : {}),
    ...(draft.retries ? { retries: true } : {}),
    ...(draft.sweptStreams === undefined ? {} : { sweptStreams: [...draft.sweptStreams] }),
  }
  return envelope
}

const toRunFailure = (reason: string): Failure => {
  const known = isReason(reason) ? reason : 'INTERNAL'
  return new Failure(known, 'the scribe stopped the run')
}
