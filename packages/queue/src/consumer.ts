import { withDeadline } from '@inlet/runtime'
import { DelayedError, type Job, UnrecoverableError } from 'bullmq'
import { createQueueBackend, type QueueConnection } from './backend.js'
import { JOBS, type JobData, type JobName, type QueueName } from './jobs.js'

/** Thrown by a handler: put the job back and deliver it again at that time, without counting an attempt. */
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

export type Handlers = { readonly [N in JobName]?: (data: JobData<N>, context: JobContext) => Promise<void> }

export interface ConsumerOptions extends QueueConnection {
  readonly queue: QueueName
  readonly concurrency: number
  /** BullMQ's lock on a job in ms: how long a dead process keeps it. */
  readonly lockMs: number
  readonly handlers: Handlers
  readonly onError: (error: Error) => void
  /** A handler threw; the job is tried again by its own rule. */
  readonly onFailed?: (failure: { readonly job: string; readonly id: string; readonly error: Error }) => void
}

export interface Consumer {
  readonly queue: QueueName
  /** Jobs in hand. */
  active(): number
  /** performance.now() of the last job that was taken or finished. */
  lastProgressAt(): number
  /** Takes no new jobs. */
  pause(): Promise<void>
  resume(): void
  /** Aborts the signal of every job in hand with this reason. */
  abortAll(reason: string): void
  /** Waits for jobs in hand up to the limit (ms), then lets them go: they are delivered again elsewhere. */
  close(limitMs: number): Promise<void>
}

/** Starts to take jobs. The caller closes it. */
export const openConsumer = async (options: ConsumerOptions): Promise<Consumer> => {
  const backend = createQueueBackend(options)
  let lastProgress = performance.now()
  let active = 0
  const worker = backend.worker(
    options.queue,
    // Three parameters: BullMQ hands a signal only to processors that declare it.
    async (job: Job, token?: string, signal?: AbortSignal) => {
      active += 1
      lastProgress = performance.now()
      try {
        await dispatch(options.handlers, job, signal ?? new AbortController().signal)
      } catch (error) {
        if (!(error instanceof RetryAt)) throw error
        await job.moveToDelayed(error.at.getTime(), token)
        throw new DelayedError()
      } finally {
        active -= 1
        lastProgress = performance.now()
      }
    },
    {
      concurrency: options.concurrency,
      lockDuration: options.lockMs,
      stalledInterval: Math.ceil(options.lockMs / 3),
      maxStalledCount: 1_000,
      drainDelay: 5,
    },
  )
  worker.on('error', options.onError)
  worker.on('failed', (job, error) => options.onFailed?.({ job: job?.name ?? 'unknown', id: job?.id ?? '', error }))
  worker.on('lockRenewalFailed', (jobIds: string[]) => jobIds.forEach((id) => worker.cancelJob(id, 'the lock on the job was lost')))
  try {
    await withDeadline(() => worker.waitUntilReady(), 30_000, 'connecting to the queue')
  } catch (error) {
    void worker.close(true)
    throw error
  }
  return {
    queue: options.queue,
    active: () => active,
    lastProgressAt: () => lastProgress,
    pause: () => worker.pause(true),
    resume: () => void worker.resume(),
    abortAll: (reason) => worker.cancelAllJobs(reason),
    async close(limitMs) {
      // close() waits for ever while the server is away; the second call only drops the connections.
      await withDeadline(() => worker.close(), limitMs, 'closing').catch(() =>
        withDeadline(() => worker.close(true), 1_000, 'closing').catch(() => {}),
      )
    },
  }
}

const dispatch = async (handlers: Handlers, job: Job, signal: AbortSignal): Promise<void> => {
  const name = job.name as JobName
  const handler = handlers[name] as ((data: unknown, context: JobContext) => Promise<void>) | undefined
  if (handler === undefined) throw new UnrecoverableError(`no handler for jobs named "${job.name}"`)
  const parsed = JOBS[name].safeParse(job.data)
  if (!parsed.success) throw new UnrecoverableError(`a malformed job: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`)
  await handler(parsed.data, { id: job.id ?? '', signal })
}
