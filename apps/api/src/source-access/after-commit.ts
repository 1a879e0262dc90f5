import type { Schedule } from '@inlet/domain'
import { withDeadline } from '@inlet/runtime'
import type { SourceDeps } from './source-deps.js'

export type QueueDeps = Pick<SourceDeps, 'database' | 'queues' | 'log'>

/** The queue is a cache of what was committed: if it is unavailable, the reconciler brings it up to date within seconds. */
const LIMIT_MS = 2_000

/** Does what should follow a commit, as far as possible now. Never throws. */
export const afterCommit = async (deps: QueueDeps, what: string, work: () => Promise<void>): Promise<void> => {
  try {
    await withDeadline(work, LIMIT_MS, what)
  } catch (error) {
    deps.log.warn({ err: error }, `${what} failed; the reconciler will do it`)
  }
}

/** Syncs the job scheduler of a source with its committed schedule; null removes it. */
export const syncSchedulerAfterCommit = (deps: QueueDeps, sourceId: string, schedule: Schedule | null): Promise<void> =>
  afterCommit(deps, 'syncing a job scheduler', () => deps.queues.syncJobScheduler(sourceId, schedule))

/** Has a worker begin a committed key rotation. */
export const enqueueRotationAfterCommit = (deps: QueueDeps): Promise<void> =>
  afterCommit(deps, 'enqueueing a rotation', () => deps.queues.enqueueRotation(Date.now()))

/** Enqueues committed runs. */
export const enqueueAfterCommit = (deps: QueueDeps, runIds: readonly string[]): Promise<void> =>
  afterCommit(deps, 'enqueueing a run', () => deps.queues.enqueueRuns(runIds.map((runId) => ({ runId, attempt: 0 }))))
