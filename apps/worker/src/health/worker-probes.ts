import type { Database } from '@inlet/db'
import { type Check, runProbes } from '@inlet/observability'
import type { Consumer, Queues } from '@inlet/queue'
import { monotonicNow } from '@inlet/runtime'
import type { ClockWatch } from '../maintenance/watch-clock.js'

export interface ProbeDeps {
  readonly database: Database
  readonly queues: Pick<Queues, 'inspect' | 'counts'>
  readonly consumers: readonly Pick<Consumer, 'queue' | 'active' | 'lastProgressAt'>[]
  readonly clock: ClockWatch
  readonly drain: AbortSignal
}

/** A worker that has jobs waiting but takes none for this long is unhealthy. */
const STUCK_AFTER_MS = 60_000

/** What `/ready` and `/health` of a worker look at. */
export const createWorkerProbes = ({ database, queues, consumers, clock, drain }: ProbeDeps) => ({
  isReady: (): Promise<readonly Check[]> =>
    runProbes({
      database: async () => {
        await database.pool.query('SELECT 1')
        return null
      },
      queue: async () => (await queues.inspect()).join('; ') || null,
      clock: async () => clock.problem(),
      draining: async () => (drain.aborted ? 'draining' : null),
    }),
  isHealthy: (): Promise<readonly Check[]> =>
    runProbes({
      progress: async () => {
        // With a wrong clock it takes no jobs on purpose; readiness says so.
        if (clock.problem() !== null) return null
        const idle = consumers.filter((consumer) => consumer.active() === 0 && monotonicNow() - consumer.lastProgressAt() > STUCK_AFTER_MS)
        if (idle.length === 0) return null
        // A queue that does not answer is no fault of this process, and starting anew would not help.
        const counts = await queues.counts().catch(() => null)
        if (counts === null) return null
        const stuck = idle.filter(({ queue }) => (counts[queue]['waiting'] ?? 0) + (counts[queue]['prioritized'] ?? 0) > 0).map(({ queue }) => queue)
        return stuck.length === 0 ? null : `jobs wait in ${stuck.join(', ')} and none was taken for ${STUCK_AFTER_MS / 1000} s`
      },
    }),
})
