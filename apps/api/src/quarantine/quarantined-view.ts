import type { QuarantinedView } from '@inlet/contract'
import type { QuarantineRow } from '@inlet/db'
import { whyNotRetryable } from '@inlet/domain'

/** A row as the API shows it. */
export const toQuarantinedView = (row: QuarantineRow): QuarantinedView => {
  const whyNot = whyNotRetryable(row)
  return {
    id: row.id,
    sourceId: row.sourceId,
    runId: row.runId,
    stream: row.stream,
    key: row.key,
    reason: row.reason,
    message: row.message,
    raw: row.raw,
    createdAt: row.createdAt.toISOString(),
    occurrences: row.occurrences,
    lastSeenAt: row.lastSeenAt.toISOString(),
    state: row.state,
    stateAt: row.stateAt?.toISOString() ?? null,
    stateBy: row.stateBy,
    retryable: whyNot === null,
    whyNot,
    attempts: row.attempts,
    retryRunId: row.retryRunId,
    retryOutcome: row.outcome,
    resolution: row.resolution,
  }
}
