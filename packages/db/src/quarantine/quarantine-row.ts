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
  /** How often the same failure was seen, and when it was last seen. */
  readonly occurrences: number
  readonly lastSeenAt: Date
  readonly state: QuarantineState
  readonly stateAt: Date | null
  readonly stateBy: string | null
  /** Whether a complete record is kept, either as read or as replaced by a user. */
  readonly hasRecord: boolean
  readonly attempts: number
  readonly retryRunId: string | null
  readonly outcome: RetryOutcome | null
  readonly resolution: Resolution | null
}
