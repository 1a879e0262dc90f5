import type { Database } from '@inlet/db'
import { type Check, runProbes } from '@inlet/observability'
import { type Consumer, createProgressProbe, type Queues } from '@inlet/queue'
import { monotonicNow } from '@inlet/runtime'

export interface ProbeDeps {
  readonly database: Database
  readonly queues: Pick<Queues, 'inspect' | 'counts'>
  readonly consumers: readonly Pick<Consumer, 'queue' | 'active' | 'lastProgressAt' | 'clockProblem'>[]
  /** How long the queue may be unavailable, in ms. */
  readonly maxOutageMs: number
  readonly drain: AbortSignal
  readonly isStarted: () => boolean
}

/** Creates the checks behind a worker's `/ready` and `/health`. */
export const createWorkerProbes = ({ database, queues, consumers, maxOutageMs, drain, isStarted }: ProbeDeps) => {
  const progress = createProgressProbe({ queues, consumers, maxOutageMs, now: monotonicNow })
  return {
    isReady: (): Promise<readonly Check[]> =>
      runProbes({
        database: async () => {
          await database.pool.query('SELECT 1')
          return null
        },
        queue: async () => (await queues.inspect()).join('; ') || null,
        clock: async () => clockProblemOf(consumers),
        started: async () => (isStarted() ? null : 'starting'),
        draining: async () => (drain.aborted ? 'draining' : null),
      }),
    isHealthy: (): Promise<readonly Check[]> => runProbes({ progress }),
  }
}

/** Returns why the clock keeps this worker from taking jobs, or null. */
export const clockProblemOf = (consumers: readonly Pick<Consumer, 'clockProblem'>[]): string | null =>
  consumers.map((consumer) => consumer.clockProblem()).find((problem) => problem !== null) ?? null
