import type { CallAnswer } from '@inlet/contract'
import { type Database, recordRecheck } from '@inlet/db'
import { Failure, toFailure } from '@inlet/domain'
import type { Metrics } from '@inlet/observability'
import type { Queues } from '@inlet/queue'

export interface RecheckDeps {
  readonly database: Database
  readonly queues: Pick<Queues, 'enqueueRuns'>
  readonly metrics: Pick<Metrics, 'countRecheck'>
}

export interface Recheck {
  readonly sourceId: string
  readonly versionId: string
  /** Connects and runs the connector's own check. */
  readonly check: () => Promise<unknown>
}

/** Checks a source that stopped because of a failure; if the check passes, creates the run in the answer to read it again. */
export const recheckSource = async (
  deps: RecheckDeps,
  { sourceId, versionId, check }: Recheck,
  signal: AbortSignal,
): Promise<CallAnswer<'recheck'>> => {
  const failure = await failureOf(check, signal)
  deps.metrics.countRecheck(failure === null ? 'passed' : 'failed')
  const runId = await recordRecheck(deps.database, { sourceId, versionId, failure })
  // If the run's job is lost here, the reconciler enqueues another.
  if (runId !== null) await deps.queues.enqueueRuns([{ runId, attempt: 0 }])
  return { reason: failure?.reason ?? null, runId }
}

/** Throws when this worker is stopping, which says nothing about the source. */
const failureOf = async (check: () => Promise<unknown>, signal: AbortSignal): Promise<Pick<Failure, 'reason' | 'message'> | null> => {
  try {
    await check()
    return null
  } catch (error) {
    if (signal.aborted && (signal.reason as Error).name !== 'TimeoutError') throw error
    const failure = signal.aborted ? new Failure('TIMEOUT', 'the source did not answer the check in time', { cause: error }) : toFailure(error)
    // The message of a defect belongs in the worker's log only.
    return failure.code === 'internal' ? { reason: failure.reason, message: 'the connector failed' } : failure
  }
}
