import type { Bounds } from '../../sql/read/row-source.js'
import { quoteName, quoteNames } from '../sql/quote.js'
import type { PostgresPlan } from './postgres-plan.js'

export interface Statement {
  readonly text: string
  readonly values: readonly (string | null)[]
}

const nameAt = (plan: PostgresPlan, at: number): string => quoteName(plan.columns[at]?.name ?? '')
const listOf = (plan: PostgresPlan): string => quoteNames(plan.columns.map((column) => column.name))

/** The columns that order a read: the cursor, then the key. */
const orderOf = (plan: PostgresPlan): readonly string[] =>
  [...(plan.cursor === null ? [] : [plan.cursor.at]), ...plan.key].map((at) => nameAt(plan, at))

/** All rows between the bounds, in the order of cursor and key. The comparison is one of rows, which an index on the pair serves. */
export const selectOrdered = (plan: PostgresPlan, { from, before, to }: Bounds): Statement => {
  const order = orderOf(plan)
  const values: string[] = []
  const conditions: string[] = []
  const compare = (operator: '>=' | '<', position: readonly string[]): void => {
    const places = position.map((value) => `$${values.push(value)}`)
    conditions.push(`(${order.slice(0, position.length).join(', ')}) ${operator} (${places.join(', ')})`)
  }
  if (from !== null) compare('>=', from)
  if (before !== null) compare('<', before)
  if (to !== null) conditions.push(`${order[0]} <= $${values.push(to)}`)
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const sorted = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`
  return { text: `SELECT ${listOf(plan)} FROM ${plan.from}${where}${sorted}`, values }
}

/** Rows whose cursor value cannot move the cursor: none, infinite, or beyond what is safe to pass. */
export const selectUnsettled = (plan: PostgresPlan, horizon: string | null): Statement => {
  const column = nameAt(plan, plan.cursor?.at ?? -1)
  if (horizon === null) return { text: `SELECT ${listOf(plan)} FROM ${plan.from} WHERE ${column} IS NULL`, values: [] }
  const text = `SELECT ${listOf(plan)} FROM ${plan.from} WHERE ${column} IS NULL OR ${column} > $1 OR ${column} = '-infinity'`
  return { text, values: [horizon] }
}

/** The keys of all rows that exist, up to a position for a read that did not start at the beginning. Rows marked as deleted do not exist. */
export const selectKeys = (plan: PostgresPlan, upTo: readonly string[] | null): Statement => {
  const places = plan.key.length === 0 ? plan.columns.map((_column, at) => at) : plan.key
  const names = places.map((at) => nameAt(plan, at))
  const conditions: string[] = []
  if (plan.deletes.soft) conditions.push(isLive(plan))
  if (upTo !== null) conditions.push(`(${names.join(', ')}) <= (${upTo.map((_value, index) => `$${index + 1}`).join(', ')})`)
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return { text: `SELECT ${names.join(', ')} FROM ${plan.from}${where}`, values: upTo ?? [] }
}

const isLive = (plan: PostgresPlan): string => {
  const at = plan.columns.findIndex((column) => column.name === plan.mapping.softDeleteColumn)
  const column = nameAt(plan, at)
  const live = plan.columns[at]?.live ?? null
  return live === null ? `${column} IS NULL` : `(${column} IS NULL OR ${column} = '${live}')`
}
