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

/** Checks a source that stopped because of a fault; when that is repaired, it is read again, by the run in the answer. */
export const recheckSource = async (
  deps: RecheckDeps,
  { sourceId, versionId, check }: Recheck,
  signal: AbortSignal,
): Promise<CallAnswer<'recheck'>> => {
  const failure = await failureOf(check, signal)
  deps.metrics.countRecheck(failure === null ? 'passed' : 'failed')
  const runId = await recordRecheck(deps.database, { sourceId, versionId, failure })
  // A run whose job is lost here gets another one from the reconciler.
  if (runId !== null) await deps.queues.enqueueRuns([{ runId, attempt: 0 }])
  return { reason: failure?.reason ?? null, runId }
}

/** Throws when it is this worker that stops, which says nothing of the source. */
const failureOf = async (check: () => Promise<unknown>, signal: AbortSignal): Promise<Pick<Failure, 'reason' | 'message'> | null> => {
  try {
    await check()
    return null
  } catch (error) {
    if (signal.aborted && (signal.reason as Error).name !== 'TimeoutError') throw error
    const failure = signal.aborted ? new Failure('TIMEOUT', 'the source did not answer the check in time', { cause: error }) : toFailure(error)
    // What a defect says is for the log of the worker.
    return failure.code === 'internal' ? { reason: failure.reason, message: 'the connector failed' } : failure
  }
}
