import type { ColumnPlan, StreamPlan } from '../../sql/plan/stream-plan.js'
import type { CursorKind } from './cursor-kind.js'

export interface PostgresColumn extends ColumnPlan {
  readonly oid: number
}

/** A plan with what only statements of PostgreSQL need. */
export interface PostgresPlan extends StreamPlan {
  /** What follows FROM, with the alias t. */
  readonly from: string
  readonly columns: readonly PostgresColumn[]
  readonly cursor: { readonly at: number; readonly kind: CursorKind } | null
}
