import { type BatchEnvelope, Failure, isUrl, type Schedule } from '@inlet/domain'
import { withDeadline } from '@inlet/runtime'
import type { Queue } from 'bullmq'
import { createQueueBackend, type JobScheduler, type QueueConnection } from './backend.js'
import { createBatchSender } from './batch-sender.js'
import { connectWithRetry, type StartWait } from './connect-with-retry.js'
import { QUEUES, type QueueName } from './jobs.js'
import { findRedisRefusal, inspectRedis } from './redis-health.js'

/**
 * Records what the queue has accepted, so that the reconciler repairs only what is missing; implemented by `confirmQueued` in packages/db. What
 * cannot be recorded is enqueued once more later, which changes nothing.
 */
export interface QueueConfirmations {
  runsEnqueued(runIds: readonly string[]): Promise<void>
  /** Null: the source no longer has a job scheduler. */
  schedulerSynced(sourceId: string, schedule: Schedule | null): Promise<void>
}

/** Records nothing: for processes that neither start runs nor change schedules. */
export const UNCONFIRMED: QueueConfirmations = { runsEnqueued: async () => {}, schedulerSynced: async () => {} }

export interface QueuesOptions extends QueueConnection, StartWait {
  readonly confirm: QueueConfirmations
  readonly onError: (error: Error) => void
}

/**
 * Producers of all queues. Every method throws QUEUE_UNAVAILABLE when the queue does not respond for 10 s; its effect may still happen afterwards,
 * which is harmless since job ids are deterministic. `close` ends the connections.
 */
export interface Queues {
  readonly backend: 'redis' | 'postgres'
  /** The server in readable form, without secrets: `Redis at 10.0.0.5:6379`. */
  readonly place: string
  /** Enqueues one job per run and confirms it; repeating it for the same attempt changes nothing. Also throws what the confirmation throws. */
  enqueueRuns(runs: readonly { readonly runId: string; readonly attempt: number; readonly delayMs?: number }[]): Promise<void>
  /**
   * Enqueues a batch. Repeating it changes nothing while the job waits in the queue; it recreates a job that was lost, and adds another one if it was
   * found taken twice, since the process that took it may be gone.
   */
  forwardBatch(batch: BatchEnvelope): Promise<void>
  enqueueCall(callId: string): Promise<void>
  /** Enqueues a rotation of the master key, once per slot. */
  enqueueRotation(slot: number): Promise<void>
  /** Creates, changes or (null) removes the job scheduler of a source, and confirms it. Also throws what the confirmation throws. */
  syncJobScheduler(sourceId: string, schedule: Schedule | null): Promise<void>
  countSchedules(): Promise<number>
  listSchedules(): Promise<readonly JobScheduler[]>
  /** Counts jobs by queue and state. */
  counts(): Promise<Readonly<Record<QueueName, Readonly<Record<string, number>>>>>
  /** Returns the age in seconds of the oldest waiting job; 0 when none is waiting. */
  oldestAgeSeconds(queue: QueueName): Promise<number>
  /** Returns what is wrong with the queue server, e.g. an eviction policy that loses jobs; empty when all is well. */
  inspect(): Promise<readonly string[]>
  /** Returns what the queue server says when it answers and refuses to store jobs; null when it stores. */
  findRefusal(): Promise<string | null>
  boardQueues(): readonly Queue[]
  close(): Promise<void>
}

const placeOf = ({ redisUrl, databaseUrl }: QueueConnection): string => {
  const [name, url, port] = redisUrl === null ? ['Postgres', databaseUrl, '5432'] : ['Redis', redisUrl, '6379']
  if (!isUrl(url)) return name
  const { hostname, port: given } = new URL(url)
  return hostname === '' ? name : `${name} at ${hostname}:${given || port}`
}

// Not exponential: after an hour without a database, the next attempt would be another hour away.
const RETRY_FOR_EVER = { attempts: 1_000_000, backoff: { type: 'fixed', delay: 2_000, jitter: 0.5 } } as const
const ANSWER_TIMEOUT_MS = 10_000

/** Connects the producers; throws QUEUE_UNAVAILABLE when the queue server does not respond within `startTimeoutMs`. The caller closes them. */
export const openQueues = async (options: QueuesOptions): Promise<Queues> => {
  const backend = createQueueBackend(options)
  const make = (name: QueueName): Queue => {
    const queue = backend.queue(name, {})
    queue.on('error', options.onError)
    return queue
  }
  const makeAll = () => ({
    [QUEUES.ingestion]: make(QUEUES.ingestion),
    [QUEUES.scribe]: make(QUEUES.scribe),
    [QUEUES.calls]: make(QUEUES.calls),
    [QUEUES.maintenance]: make(QUEUES.maintenance),
  })
  type All = ReturnType<typeof makeAll>
  const closeAll = async (made: All): Promise<void> => void (await Promise.allSettled(Object.values(made).map((queue) => queue.close())))
  const queues = await connectWithRetry<All>(options, {
    make: makeAll,
    ready: async (made) => {
      await Promise.all(Object.values(made).map((queue) => queue.waitUntilReady()))
      await backend.prepare(made[QUEUES.scribe])
    },
    drop: (made) => void closeAll(made),
  }).catch((error: unknown) => {
    throw options.signal?.aborted ? error : unavailable(error)
  })
  const all = Object.values(queues)
  const sendBatch = createBatchSender(queues[QUEUES.scribe], backend.payloads(queues[QUEUES.scribe]), {
    ...RETRY_FOR_EVER,
    removeOnComplete: true,
    removeOnFail: { count: 100 },
  })
  const { ingestion } = queues
  return {
    backend: backend.kind,
    place: placeOf(options),
    enqueueRuns: async (runs) => {
      if (runs.length === 0) return
      await guarded(async () => {
        const jobs = runs.map(({ runId, attempt, delayMs }) => ({
          name: 'run',
          data: { v: 1, runId },
          // Ticks have no priority and so come first: they are short, and determine whether a run is due.
          opts: {
            jobId: `${runId}.${attempt}`,
            priority: 10,
            ...RETRY_FOR_EVER,
            removeOnComplete: { count: 200 },
            removeOnFail: { count: 200 },
            // Delays come from clocks with fractions of a millisecond; the Postgres backend stores them as bigint.
            ...(delayMs === undefined ? {} : { delay: Math.max(0, Math.ceil(delayMs)) }),
          },
        }))
        const [only] = jobs
        // Adding in bulk costs the Postgres backend two temporary tables.
        if (only !== undefined && jobs.length === 1) await ingestion.add(only.name, only.data, only.opts)
        else await ingestion.addBulk(jobs)
      })
      await options.confirm.runsEnqueued(runs.map(({ runId }) => runId))
    },
    forwardBatch: (batch) => guarded(() => sendBatch(batch)),
    enqueueCall: (callId) =>
      guarded(async () => {
        await queues[QUEUES.calls].add('call', { v: 1, callId }, { jobId: callId, removeOnComplete: { count: 100 }, removeOnFail: { count: 100 } })
      }),
    enqueueRotation: (slot) =>
      guarded(async () => {
        const retention = { removeOnComplete: { count: 50 }, removeOnFail: { count: 50 } }
        await queues[QUEUES.maintenance].add('rotate', { v: 1 }, { jobId: `rotate.${slot}`, ...retention })
      }),
    syncJobScheduler: async (sourceId, schedule) => {
      await guarded(async () => {
        if (schedule === null) await ingestion.removeJobScheduler(sourceId)
        else
          await ingestion.upsertJobScheduler(
            sourceId,
            { pattern: schedule.cron, tz: schedule.timeZone },
            { name: 'tick', data: { v: 1, sourceId }, opts: { ...RETRY_FOR_EVER, removeOnComplete: { count: 200 }, removeOnFail: { count: 200 } } },
          )
      })
      await options.confirm.schedulerSynced(sourceId, schedule)
    },
    countSchedules: () => guarded(() => ingestion.getJobSchedulersCount()),
    listSchedules: () => guarded(() => backend.listSchedulers(ingestion)),
    counts: () =>
      guarded(async () => {
        const found = await backend.countJobs(all)
        return Object.fromEntries(Object.entries(queues).map(([name, queue]) => [name, found.get(queue.name) ?? {}])) as Record<
          QueueName,
          Record<string, number>
        >
      }),
    oldestAgeSeconds: (name) =>
      guarded(async () => {
        const [waiting] = await queues[name].getJobs(['waiting', 'prioritized'], 0, 0, true)
        return waiting === undefined ? 0 : Math.max(0, (Date.now() - waiting.timestamp - (waiting.delay ?? 0)) / 1000)
      }),
    inspect: () => guarded(async () => (options.redisUrl === null ? [] : inspectRedis(options.redisUrl))),
    findRefusal: () => guarded(async () => (options.redisUrl === null ? null : findRedisRefusal(options.redisUrl))),
    boardQueues: () => all,
    close: () => withDeadline(() => closeAll(queues), 5_000, 'closing the queue').catch(() => {}),
  }
}

const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    // A client without a connection would wait for one forever.
    return await withDeadline(work, ANSWER_TIMEOUT_MS, 'the queue')
  } catch (error) {
    throw unavailable(error)
  }
}

const unavailable = (error: unknown): Failure =>
  error instanceof Failure
    ? error
    : new Failure('QUEUE_UNAVAILABLE', `the queue does not answer: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
        retryAfterMs: 2_000,
      })
