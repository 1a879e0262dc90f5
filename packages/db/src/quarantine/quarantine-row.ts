import type { QuarantineState, Resolution, RetryOutcome } from '@inlet/domain'

export interface QuarantineRow {
  readonly id: string
  readonly sourceId: string
  readonly runId: string
  readonly stream: string
  readonly key: string | null
  readonly reason: string
  readonly message: string
  readonly raw: string | null
  readonly createdAt: Date
  /** How often the same failure was seen, and when last. */
  readonly occurrences: number
  readonly lastSeenAt: Date
  readonly state: QuarantineState
  readonly stateAt: Date | null
  readonly stateBy: string | null
  /** Whether a whole record is kept, the one that was read or one that was sent in its place. */
  readonly hasRecord: boolean
  readonly attempts: number
  readonly retryRunId: string | null
  readonly outcome: RetryOutcome | null
  readonly resolution: Resolution | null
}

/** The columns of a QuarantineRow, of a table or alias `q`. */
export const QUARANTINE_COLUMNS = `q.id, q.source_id AS "sourceId", q.run_id AS "runId", q.stream, q.key, q.reason, q.message, q.raw, q.created_at AS "createdAt", q.state,
  q.state_at AS "stateAt", q.state_by AS "stateBy", (q.record IS NOT NULL OR q.edited IS NOT NULL) AS "hasRecord", q.attempts, q.retry_run_id AS "retryRunId", q.outcome, q.resolution,
  q.occurrences, q.last_seen_at AS "lastSeenAt"`
