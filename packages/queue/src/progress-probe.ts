import { withDeadline } from '@inlet/runtime'
import type { Consumer } from './consumer.js'
import type { QueueName } from './jobs.js'
import type { Queues } from './queues.js'

/** A process that takes no job for this long while some are waiting is stuck. */
const STUCK_AFTER_MS = 60_000
/** Below the limit of a probe, so that a slow queue does not fail the probe. */
const ANSWER_MS = 1_500
/** An empty queue is not queried again this soon: jobs that arrive meanwhile need time anyway. */
const CALM_MS = 30_000

export interface ProgressProbe {
  readonly queues: Pick<Queues, 'counts'>
  readonly consumers: readonly Pick<Consumer, 'queue' | 'active' | 'lastProgressAt' | 'clockProblem'>[]
  /** How long the queue may be continuously unavailable, in ms. */
  readonly maxOutageMs: number
  /** Monotonic, in ms. */
  readonly now: () => number
}

/**
 * Checks whether a process takes jobs while some are waiting: null when it does. An unresponsive queue is not the fault of the process, and a restart
 * would lose the batches it keeps, so that counts only once it has lasted for `maxOutageMs`.
 */
export const createProgressProbe = ({ queues, consumers, maxOutageMs, now }: ProgressProbe): (() => Promise<string | null>) => {
  let answersSince = now()
  let lastResponseAt = now()
  let calmUntil = Number.NEGATIVE_INFINITY
  return async () => {
    // With a wrong clock it deliberately takes no jobs; readiness reports that.
    if (consumers.some((consumer) => consumer.clockProblem() !== null)) return null
    if (now() < calmUntil) return null
    const counts = await withDeadline(() => queues.counts(), ANSWER_MS, 'counting jobs').catch(() => null)
    if (counts === null) {
      answersSince = Number.POSITIVE_INFINITY
      return now() - lastResponseAt > maxOutageMs ? `the queue has not answered for ${Math.round((now() - lastResponseAt) / 1_000)} s` : null
    }
    lastResponseAt = now()
    answersSince = Math.min(answersSince, lastResponseAt)
    const waitingIn = ({ queue }: { readonly queue: QueueName }): number => (counts[queue]['waiting'] ?? 0) + (counts[queue]['prioritized'] ?? 0)
    if (consumers.every((consumer) => waitingIn(consumer) === 0)) calmUntil = now() + CALM_MS
    const stuck = consumers.filter((consumer) => {
      return consumer.active() === 0 && waitingIn(consumer) > 0 && now() - Math.max(consumer.lastProgressAt(), answersSince) > STUCK_AFTER_MS
    })
    return stuck.length === 0 ? null : `jobs wait in ${stuck.map(({ queue }) => queue).join(', ')} and none was taken for ${STUCK_AFTER_MS / 1_000} s`
  }
}
