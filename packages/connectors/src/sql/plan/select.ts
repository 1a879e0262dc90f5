import type { Bounds } from '../read/row-source.js'
import type { Statement } from '../session/session.js'
import type { ColumnPlan, CursorKind, StreamPlan } from './stream-plan.js'

type Column<T> = Pick<ColumnPlan<T>, 'name' | 'type'>

/** Binds a value in a condition; returns the placeholder or literal that stands for it. */
export type Bind = (value: string) => string

/** How the parts of a SELECT are written. */
export interface SqlSyntax<T> {
  /** A quoted column, for use in an expression. */
  name(column: Column<T>): string
  /** The select list's expression for a column. */
  selected(column: Column<T>): string
  /** The expression by which a column is sorted and compared. */
  sorted(column: Column<T>): string
  /** Compares the first columns of an order with a position, which may be shorter. Throws CURSOR_INVALID for a value that its column cannot hold. */
  compare(columns: readonly Column<T>[], operator: '>=' | '<=' | '<', position: readonly string[], bind: Bind): string
  /** The rows that a read from the very beginning covers; the others are left to `beyondHorizon`. Null: all rows. */
  hasPosition(cursor: Column<T>, kind: CursorKind): string | null
  /** Matches rows whose cursor value cannot move the cursor: NULL, infinite, or beyond the horizon. */
  beyondHorizon(cursor: Column<T>, kind: CursorKind, horizon: string, bind: Bind): string
  equals(column: Column<T>, value: string): string
}

const binder = () => {
  const values: string[] = []
  return { values, bind: (value: string): string => `$${values.push(value)}` }
}

const columnAt = <T>(plan: StreamPlan<T>, at: number): ColumnPlan<T> => {
  const column = plan.columns[at]
  if (column === undefined) throw new Error(`the plan of ${plan.stream} has no column ${at}`)
  return column
}

const statement = (parts: { readonly select: readonly string[]; readonly from: string; readonly where: readonly (string | null)[] }): string => {
  const conditions = parts.where.filter((condition) => condition !== null)
  return `SELECT ${parts.select.join(', ')} FROM ${parts.from}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}`
}

/** Selects all rows between the bounds, in the order of cursor and key. */
export const selectOrdered = <T>(syntax: SqlSyntax<T>, plan: StreamPlan<T>, { from, before, to }: Bounds): Statement => {
  const { bind, values } = binder()
  const { cursor } = plan
  const order = [...(cursor === null ? [] : [cursor.at]), ...plan.key].map((at) => columnAt(plan, at))
  const first = cursor === null || from !== null ? null : syntax.hasPosition(columnAt(plan, cursor.at), cursor.kind)
  const where = [
    from === null ? first : syntax.compare(order, '>=', from, bind),
    before === null ? null : syntax.compare(order, '<', before, bind),
    to === null ? null : syntax.compare(order, '<=', [to], bind),
  ]
  const sorted = order.length === 0 ? '' : ` ORDER BY ${order.map((column) => syntax.sorted(column)).join(', ')}`
  return { text: `${statement({ select: plan.columns.map((column) => syntax.selected(column)), from: plan.from, where })}${sorted}`, values }
}

/** Selects the rows whose cursor value cannot move the cursor; the horizon is null for whole numbers. */
export const selectBeyondHorizon = <T>(syntax: SqlSyntax<T>, plan: StreamPlan<T>, horizon: string | null): Statement => {
  const { bind, values } = binder()
  const column = columnAt(plan, plan.cursor?.at ?? -1)
  const kind = plan.cursor?.kind ?? 'integer'
  const where = horizon === null || kind === 'integer' ? `${syntax.name(column)} IS NULL` : syntax.beyondHorizon(column, kind, horizon, bind)
  return { text: statement({ select: plan.columns.map((one) => syntax.selected(one)), from: plan.from, where: [where] }), values }
}

/**
 * Selects the keys of all existing rows, up to a position if the read did not start at the beginning.
 * Rows marked as deleted do not count as existing.
 */
export const selectKeys = <T>(syntax: SqlSyntax<T>, plan: StreamPlan<T>, upTo: readonly string[] | null): Statement => {
  const { bind, values } = binder()
  const columns = plan.key.length === 0 ? plan.columns : plan.key.map((at) => columnAt(plan, at))
  const where = [plan.deletes.soft ? isLive(syntax, plan) : null, upTo === null ? null : syntax.compare(columns, '<=', upTo, bind)]
  return { text: statement({ select: columns.map((column) => syntax.selected(column)), from: plan.from, where }), values }
}

const isLive = <T>(syntax: SqlSyntax<T>, plan: StreamPlan<T>): string => {
  const column = columnAt(
    plan,
    plan.columns.findIndex(({ name }) => name === plan.mapping.softDeleteColumn),
  )
  const missing = `${syntax.name(column)} IS NULL`
  return column.live === null ? missing : `(${missing} OR ${syntax.equals(column, column.live)})`
}
