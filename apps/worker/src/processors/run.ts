import {
  acquireLease,
  createContinuousRuns,
  createRetryRuns,
  finishLeasedRun,
  isConnectorOffered,
  isPassing,
  type LeasedRun,
  releaseRun,
} from '@inlet/db'
import { toFailure } from '@inlet/domain'
import type { Metrics } from '@inlet/observability'
import { type JobData, type Queues, RetryAt } from '@inlet/queue'
import { retryQuarantine } from '../reading/retry-quarantine.js'
import { type RunResult, toEnded } from '../reading/run-result.js'
import { type RunDeps, runSource } from '../reading/run-source.js'
import type { StartGate } from './start-gate.js'

export interface RunProcessorDeps extends RunDeps {
  readonly queues: Pick<Queues, 'forwardBatch' | 'enqueueRuns'>
  readonly metrics: Pick<Metrics, 'countRun' | 'countError'>
  /** Identifies this worker in leases. */
  readonly holder: string
  readonly drain: AbortSignal
  readonly startGate: StartGate
  /** Connectors whose runs follow one another. */
  readonly continuous: readonly string[]
}

/** The next run does not follow at once after a run that ended at once: whatever the reason, that would loop. */
const LEAST_PACE_MS = 1_000
/** How soon another worker may take a run that this one has no connector for. */
const HAND_BACK_MS = 1_000

/** Takes the lease of a run and reads it; a run held by another worker is retried later, one that is over is done. */
export const processRun = async (deps: RunProcessorDeps, { runId }: JobData<'run'>): Promise<void> => {
  if (deps.drain.aborted) throw new RetryAt(new Date())
  const startedAt = performance.now()
  const lease = await deps.startGate(() => acquireLease(deps.database, { runId, holder: deps.holder, ttlMs: deps.leaseTtlMs }))
  if (!lease.taken) {
    if (lease.until !== undefined) throw new RetryAt(new Date(lease.until.getTime() + 500))
    return
  }
  const { run } = lease
  const log = deps.log.child({ sourceId: run.sourceId, runId, epoch: run.epoch })
  if (deps.connecting.findConnector(run.connector) === undefined && (await isConnectorOffered(deps.database, run.connector))) {
    log.info({ connector: run.connector }, 'run left to a worker with its connector')
    return handBack(deps, run)
  }
  log.info({ connector: run.connector, attempt: run.attempt }, 'run started')
  const work = run.trigger === 'quarantine' ? retryQuarantine : runSource
  // The lease decides who may read, not the job's lock, which is lost whenever the queue is unavailable for longer than the lock lasts.
  const result = await work(deps, run, deps.drain).catch((error: unknown) => endBroken(deps, run, error))
  log.info({ ...result, durationMs: Math.round(performance.now() - startedAt) }, 'run left')
  if (result.left === 'ended' && result.outcome !== null)
    deps.metrics.countRun({ source: run.sourceId, connector: run.connector }, result.outcome, performance.now() - startedAt)
  if (result.left === 'released' || result.left === 'parked')
    await deps.queues.enqueueRuns([{ runId, attempt: run.attempt, ...(result.left === 'parked' ? { delayMs: result.waitMs } : {}) }])
  if (result.left === 'ended') {
    if (result.retriesWait) await begin(deps, await createRetryRuns(deps.database, { sourceId: run.sourceId, limit: 1 }))
    await follow(deps, run, LEAST_PACE_MS - (performance.now() - startedAt))
  }
}

/** Ends the run on an error that nothing caught; otherwise the next worker would take it and hit the same error. */
const endBroken = async (deps: RunProcessorDeps, run: LeasedRun, error: unknown): Promise<RunResult> => {
  if (isPassing(error)) throw error
  const failure = toFailure(error)
  deps.log.error({ err: failure, runId: run.runId, sourceId: run.sourceId }, 'a run ended because of an uncaught error')
  return toEnded(await finishLeasedRun(deps.database, { runId: run.runId, epoch: run.epoch, failure }))
}

const handBack = async (deps: RunProcessorDeps, { runId, sourceId, epoch, attempt }: LeasedRun): Promise<void> => {
  await releaseRun(deps.database, { runId, sourceId, epoch })
  await deps.queues.enqueueRuns([{ runId, attempt, delayMs: HAND_BACK_MS }])
}

/** Begins the next run of a continuous source; if that fails, the reconciler does it. */
const follow = async (deps: RunProcessorDeps, { connector, sourceId }: LeasedRun, delayMs: number): Promise<void> => {
  if (!deps.continuous.includes(connector)) return
  const runs = await createContinuousRuns(deps.database, { connectors: [connector], sourceId, limit: 1 })
  await begin(deps, runs, delayMs)
}

const begin = async (deps: RunProcessorDeps, runs: readonly string[], delayMs = 0): Promise<void> => {
  await deps.queues.enqueueRuns(runs.map((runId) => ({ runId, attempt: 0, ...(delayMs > 0 ? { delayMs: Math.ceil(delayMs) } : {}) })))
}
