import type { ColumnPlan, StreamPlan } from '../../sql/plan/stream-plan.js'
import type { ColumnType } from '../values/column-type.js'
import type { CursorKind } from './cursor-kind.js'

export interface MysqlColumn extends ColumnPlan {
  readonly type: ColumnType
}

/** A plan with what only statements of MySQL and MariaDB need. */
export interface MysqlPlan extends StreamPlan {
  /** What follows FROM, with the alias t. */
  readonly from: string
  readonly columns: readonly MysqlColumn[]
  readonly cursor: { readonly at: number; readonly kind: CursorKind } | null
}
