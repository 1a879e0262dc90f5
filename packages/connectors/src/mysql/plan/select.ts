import type { Bounds } from '../../sql/read/row-source.js'
import { quoteName, valueLiteral } from '../sql/literal.js'
import type { Kind } from '../values/column-type.js'
import { LEAST } from './cursor-kind.js'
import type { MysqlColumn, MysqlPlan } from './mysql-plan.js'

const columnAt = (plan: MysqlPlan, at: number): { readonly name: string; readonly kind: Kind } => {
  const column = plan.columns[at]
  return { name: `t.${quoteName(column?.name ?? '')}`, kind: column?.type.kind ?? 'text' }
}

/** What is read of a column: the server prints a single-precision number with six digits only, and geometry as bytes. */
const read = ({ name, type: { kind } }: Pick<MysqlColumn, 'name' | 'type'>): string => {
  const quoted = quoteName(name)
  if (kind === 'float') return `t.${quoted} + 0e0 AS ${quoted}`
  if (kind === 'geometry') return `ST_AsText(t.${quoted}) AS ${quoted}`
  return `t.${quoted}`
}
const listOf = (columns: readonly MysqlColumn[]): string => columns.map(read).join(', ')

/** Enumerations sort by their number but compare by their text. */
const sortable = ({ name, kind }: { readonly name: string; readonly kind: Kind }): string =>
  kind === 'enum' || kind === 'set' ? `CAST(${name} AS CHAR)` : name

interface Part {
  readonly expression: string
  readonly kind: Kind
}
const partsOf = (plan: MysqlPlan, places: readonly number[]): readonly Part[] =>
  places.map((at) => columnAt(plan, at)).map((column) => ({ expression: sortable(column), kind: column.kind }))

/** The columns that order a read: the cursor, then the key. */
const orderOf = (plan: MysqlPlan): readonly Part[] => partsOf(plan, [...(plan.cursor === null ? [] : [plan.cursor.at]), ...plan.key])

/**
 * Compares a list of columns with a position. Written out, since the range optimizer takes a comparison of rows for no
 * range (MySQL manual 10.2.1.22).
 */
export const compare = (parts: readonly Part[], operator: '>=' | '<=' | '<', position: readonly string[]): string => {
  const strict = operator.slice(0, 1)
  const literals = position.map((value, index) => valueLiteral(parts[index]?.kind ?? 'text', value))
  const from = (index: number): string => {
    const { expression } = parts[index] ?? { expression: '' }
    if (index === position.length - 1) return `${expression} ${operator} ${literals[index]}`
    return `(${expression} ${strict} ${literals[index]} OR (${expression} = ${literals[index]} AND ${from(index + 1)}))`
  }
  return from(0)
}

const statement = (plan: MysqlPlan, columns: string, conditions: readonly string[]): string =>
  `SELECT ${columns} FROM ${plan.from}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}`

/** All rows between the bounds, in the order of cursor and key; of points in time, only those that are a date. */
export const selectOrdered = (plan: MysqlPlan, { from, before, to }: Bounds): string => {
  const order = orderOf(plan)
  const conditions: string[] = []
  const { cursor } = plan
  if (from !== null) conditions.push(compare(order, '>=', from))
  else if (cursor !== null && cursor.kind !== 'integer') conditions.push(compare(order, '>=', [LEAST[cursor.kind]]))
  // NULL is read apart, in every run.
  else if (cursor !== null) conditions.push(`${order[0]?.expression} IS NOT NULL`)
  if (before !== null) conditions.push(compare(order, '<', before))
  if (to !== null) conditions.push(compare(order, '<=', [to]))
  const sorted = order.length === 0 ? '' : ` ORDER BY ${order.map((part) => part.expression).join(', ')}`
  return `${statement(plan, listOf(plan.columns), conditions)}${sorted}`
}

/** Rows whose cursor value cannot move the cursor: none, a zero date, or beyond what is safe to pass. */
export const selectUnsettled = (plan: MysqlPlan, horizon: string | null): string => {
  const { cursor } = plan
  const { name, kind } = columnAt(plan, cursor?.at ?? -1)
  if (horizon === null || cursor === null || cursor.kind === 'integer') return statement(plan, listOf(plan.columns), [`${name} IS NULL`])
  const condition = `(${name} IS NULL OR ${name} > ${valueLiteral(kind, horizon)} OR ${name} < ${valueLiteral(kind, LEAST[cursor.kind])})`
  return statement(plan, listOf(plan.columns), [condition])
}

/** The keys of all rows that exist, up to a position for a read that did not start at the beginning. Rows marked as deleted do not exist. */
export const selectKeys = (plan: MysqlPlan, upTo: readonly string[] | null): string => {
  const places = plan.key.length === 0 ? plan.columns.map((_column, at) => at) : plan.key
  const columns = places.map((at) => plan.columns[at]).filter((column) => column !== undefined)
  const conditions: string[] = []
  if (plan.deletes.soft) conditions.push(isLive(plan))
  if (upTo !== null) conditions.push(compare(partsOf(plan, places), '<=', upTo))
  return statement(plan, listOf(columns), conditions)
}

const isLive = (plan: MysqlPlan): string => {
  const at = plan.columns.findIndex((column) => column.name === plan.mapping.softDeleteColumn)
  const { name, kind } = columnAt(plan, at)
  const live = plan.columns[at]?.live ?? null
  return live === null ? `${name} IS NULL` : `(${name} IS NULL OR ${name} = ${valueLiteral(kind, live)})`
}
