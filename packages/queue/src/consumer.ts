import { withDeadline } from '@inlet/runtime'
import { DelayedError, type Job, UnrecoverableError, type Worker } from 'bullmq'
import { createQueueBackend, type QueueConnection } from './backend.js'
import { startClockWatch } from './clock-watch.js'
import { connectWithRetry, type StartWait } from './connect-with-retry.js'
import { JOBS, type JobData, type JobName, NEWEST, QUEUES, type QueueName } from './jobs.js'
import type { PayloadStore } from './payloads.js'

/** Thrown by a handler to put the job back and have it delivered again at that time, without counting an attempt. */
export class RetryAt extends Error {
  override readonly name = 'RetryAt'
  readonly at: Date
  constructor(at: Date) {
    super(`again at ${at.toISOString()}`)
    this.at = at
  }
}

export interface JobContext {
  readonly id: string
  /** Aborts when the lock on the job was lost or the consumer shuts down. */
  readonly signal: AbortSignal
}

export interface BatchContext extends JobContext {
  /** Payloads that are kept beside their jobs. */
  readonly payloads: PayloadStore
}

export type Handlers = { readonly [N in JobName]?: (data: JobData<N>, context: N extends 'batch' ? BatchContext : JobContext) => Promise<void> }

export interface ConsumerOptions extends QueueConnection, StartWait {
  readonly queue: QueueName
  readonly concurrency: number
  /** BullMQ's lock on a job in ms: how long a dead process keeps it. */
  readonly lockMs: number
  readonly handlers: Handlers
  readonly onError: (error: Error) => void
  /** Called when a handler threw; the job is retried by its own rule. */
  readonly onFailed?: (failure: { readonly job: string; readonly id: string; readonly error: Error }) => void
  /** Called when this machine's clock is wrong, so that no jobs are taken; null: it is right again. */
  readonly onClock?: (problem: string | null) => void
  /** Returns how far this machine's clock is ahead, in ms; by default compared with the queue server's. */
  readonly readSkewMs?: () => Promise<number>
}

export interface Consumer {
  readonly queue: QueueName
  /** Returns the number of jobs in progress. */
  active(): number
  /** Returns performance.now() of the last job taken or finished. */
  lastProgressAt(): number
  /** Returns why this machine's clock keeps it from taking jobs, or null. */
  clockProblem(): string | null
  /** Aborts the signal of every job in progress with this reason. */
  abortAll(reason: string): void
  /** Waits for jobs in progress up to the limit (ms), then abandons them: they are delivered again elsewhere. */
  close(limitMs: number): Promise<void>
}

/**
 * How soon jobs return from a process that died, in lifetimes of a lock: calls, and runs whose lease it had not acquired yet. Everything else returns
 * sooner in other ways; a rotation has a new job every 15 s anyway.
 */
const STALLED_AFTER_LOCKS: Readonly<Partial<Record<QueueName, number>>> = { [QUEUES.calls]: 1, [QUEUES.maintenance]: 8 }

/**
 * Starts to take jobs once this machine's clock was compared with the server's, and only while they agree: with a wrong clock it would take jobs away
 * from other processes, and hold its own beyond its death. The caller closes it.
 */
export const openConsumer = async (options: ConsumerOptions): Promise<Consumer> => {
  const backend = createQueueBackend(options)
  let lastProgress = performance.now()
  let active = 0
  // Three parameters: BullMQ passes a signal only to processors that declare it.
  const work = async (job: Job, token?: string, signal?: AbortSignal): Promise<void> => {
    active += 1
    lastProgress = performance.now()
    try {
      await dispatch(options.handlers, job, { signal: signal ?? new AbortController().signal, payloads })
    } catch (error) {
      if (!(error instanceof RetryAt)) throw error
      await job.moveToDelayed(error.at.getTime(), token)
      throw new DelayedError()
    } finally {
      active -= 1
      lastProgress = performance.now()
    }
  }
  const settings = {
    concurrency: options.concurrency,
    lockDuration: options.lockMs,
    stalledInterval: options.lockMs * (STALLED_AFTER_LOCKS[options.queue] ?? 2),
    maxStalledCount: 1_000,
    drainDelay: backend.fallbackPollS,
    // After an error; several connections may have died, and each attempt reveals only one.
    runRetryDelay: 2_000,
    autorun: false,
  }
  const make = (): Worker => {
    const candidate = backend.worker(options.queue, work, settings)
    candidate.on('error', options.onError)
    candidate.on('failed', (job, error) => options.onFailed?.({ job: job?.name ?? 'unknown', id: job?.id ?? '', error }))
    candidate.on('lockRenewalFailed', (jobIds: string[]) => jobIds.forEach((id) => candidate.cancelJob(id, 'the lock on the job was lost')))
    return candidate
  }
  const worker = await connectWithRetry(options, {
    make,
    ready: (candidate) => candidate.waitUntilReady(),
    drop: (candidate) => void candidate.close(true).catch(() => {}),
  })
  const payloads = backend.payloads(worker)
  const clock = startClockWatch({
    readSkewMs: options.readSkewMs ?? (() => backend.readSkewMs(worker)),
    onRight: () => {
      options.onClock?.(null)
      lastProgress = performance.now()
      const running = worker.isPaused() ? worker.resume() : worker.run()
      running.catch(options.onError)
    },
    onWrong: (problem) => {
      options.onClock?.(problem)
      // This also stops its search for stalled jobs of others.
      worker.pause(true).catch(options.onError)
    },
  })
  return {
    queue: options.queue,
    active: () => active,
    lastProgressAt: () => lastProgress,
    clockProblem: () => clock.problem(),
    abortAll: (reason) => worker.cancelAllJobs(reason),
    async close(limitMs) {
      clock.stop()
      // close() waits forever while the server is unavailable; the second call only drops the connections.
      await withDeadline(() => worker.close(), limitMs, 'closing').catch(() =>
        withDeadline(() => worker.close(true), 1_000, 'closing').catch(() => {}),
      )
    },
  }
}

/** How often, and for how long, a job of a newer version is offered to other processes. */
const NEWER = { everyMs: 2_000, forMs: 600_000 }

/** While an update replaces one process after the other, the old ones get jobs that only the new ones understand. */
const isNewer = ({ name, data }: Job): boolean => {
  if (!Object.hasOwn(JOBS, name)) return true
  const v: unknown = typeof data === 'object' && data !== null ? (data as { readonly v?: unknown }).v : undefined
  return typeof v === 'number' && v > (NEWEST[name as JobName] ?? 1)
}

const dispatch = async (handlers: Handlers, job: Job, context: Omit<BatchContext, 'id'>): Promise<void> => {
  const now = Date.now()
  if (isNewer(job) && now - job.timestamp < NEWER.forMs) throw new RetryAt(new Date(now + NEWER.everyMs))
  const name = job.name as JobName
  const handler = handlers[name] as ((data: unknown, context: BatchContext) => Promise<void>) | undefined
  if (handler === undefined) throw new UnrecoverableError(`no handler for jobs named "${job.name}"`)
  const parsed = JOBS[name].safeParse(job.data)
  if (!parsed.success) throw new UnrecoverableError(`a malformed job: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`)
  await handler(parsed.data, { id: job.id ?? '', ...context })
}
