import os from 'node:os'
import { type Database, toTrouble, type WorkerHeartbeat } from '@inlet/db'
import { type Consumer, QUEUES } from '@inlet/queue'
import { clockProblemOf } from './worker-probes.js'

export interface LifeFacts {
  /** Identifies this worker in leases. */
  readonly holder: string
  readonly version: string
  readonly concurrency: number
  readonly connectors: readonly string[]
  readonly consumers: readonly Pick<Consumer, 'queue' | 'active' | 'clockProblem'>[]
  readonly drain: AbortSignal
  readonly backpressure: () => boolean
  readonly database: Pick<Database, 'refusal'>
}

/** Returns a function that describes this worker, called at every heartbeat. */
export const describeWorker =
  (facts: LifeFacts): (() => WorkerHeartbeat) =>
  () => {
    const problem = clockProblemOf(facts.consumers)
    return {
      id: facts.holder,
      role: 'worker',
      host: os.hostname(),
      pid: process.pid,
      version: facts.version,
      concurrency: facts.concurrency,
      running: facts.consumers.find(({ queue }) => queue === QUEUES.ingestion)?.active() ?? 0,
      backpressure: facts.backpressure(),
      ...toTrouble(facts.database, {
        refuses: facts.drain.aborted ? 'draining' : problem === null ? null : 'clock',
        problem: facts.drain.aborted ? 'it is about to stop' : problem,
      }),
      connectors: facts.connectors,
    }
  }
