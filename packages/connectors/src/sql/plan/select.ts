import type { Bounds } from '../read/row-source.js'
import type { Statement } from '../session/session.js'
import type { ColumnPlan, CursorKind, StreamPlan } from './stream-plan.js'

type Column<T> = Pick<ColumnPlan<T>, 'name' | 'type'>

/** A value in a condition: gives the placeholder or the literal that stands for it. */
export type Bind = (value: string) => string

/** How the parts of a SELECT are written. */
export interface SqlSyntax<T> {
  /** A column in an expression, quoted. */
  name(column: Column<T>): string
  /** What the select list holds for a column. */
  selected(column: Column<T>): string
  /** What a column is sorted and compared by. */
  sorted(column: Column<T>): string
  /** Compares the first columns of an order with a position that may be shorter. Throws CURSOR_INVALID for a value that its column cannot hold. */
  compare(columns: readonly Column<T>[], operator: '>=' | '<=' | '<', position: readonly string[], bind: Bind): string
  /** Which rows a read from the very beginning leaves to `beyondHorizon`; null: none. */
  hasPosition(cursor: Column<T>, kind: CursorKind): string | null
  /** Rows whose cursor value cannot move the cursor: none, infinite, or beyond the horizon. */
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

/** All rows between the bounds, in the order of cursor and key. */
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

/** Rows whose cursor value cannot move the cursor; a null horizon is that of whole numbers. */
export const selectBeyondHorizon = <T>(syntax: SqlSyntax<T>, plan: StreamPlan<T>, horizon: string | null): Statement => {
  const { bind, values } = binder()
  const column = columnAt(plan, plan.cursor?.at ?? -1)
  const kind = plan.cursor?.kind ?? 'integer'
  const where = horizon === null || kind === 'integer' ? `${syntax.name(column)} IS NULL` : syntax.beyondHorizon(column, kind, horizon, bind)
  return { text: statement({ select: plan.columns.map((one) => syntax.selected(one)), from: plan.from, where: [where] }), values }
}

/** The keys of all rows that exist, up to a position for a read that did not start at the beginning. Rows marked as deleted do not exist. */
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
