import type { SqlSyntax } from '../../sql/plan/select.js'
import type { ColumnPlan, CursorKind } from '../../sql/plan/stream-plan.js'
import { quoteName, valueLiteral } from '../sql/literal.js'
import type { ColumnType, Kind } from '../values/column-type.js'

type Column = Pick<ColumnPlan<ColumnType>, 'name' | 'type'>

const name = (column: Pick<Column, 'name'>): string => `t.${quoteName(column.name)}`

/** Enumerations are sorted by number but compared by text. */
const sorted = (column: Column): string => {
  const { kind } = column.type
  return kind === 'enum' || kind === 'set' ? `CAST(${name(column)} AS CHAR)` : name(column)
}

/**
 * Compares a list of columns with a position. Spelled out column by column, because the range optimizer does not use a
 * row comparison as a range (MySQL manual 10.2.1.22).
 */
const compare = (columns: readonly Column[], operator: '>=' | '<=' | '<', position: readonly string[]): string => {
  const [column, ...others] = columns
  const [value = '', ...rest] = position
  if (column === undefined) throw new Error('a position has more values than there are columns')
  const [expression, literal] = [sorted(column), valueLiteral(column.type.kind, value)]
  if (rest.length === 0) return `${expression} ${operator} ${literal}`
  return `(${expression} ${operator.slice(0, 1)} ${literal} OR (${expression} = ${literal} AND ${compare(others, operator, rest)}))`
}

/** Values are literals: only statements of the text protocol can be killed from another connection while they send rows. */
export const mysqlSyntax: SqlSyntax<ColumnType> = {
  name,
  /** The server prints single-precision numbers with only six digits, and geometry as bytes. */
  selected(column) {
    const { kind } = column.type
    if (kind === 'float') return `${name(column)} + 0e0 AS ${quoteName(column.name)}`
    if (kind === 'geometry') return `ST_AsText(${name(column)}) AS ${quoteName(column.name)}`
    return name(column)
  },
  sorted,
  compare,
  /** NULL is read separately in every run, and so are zero dates. */
  hasPosition: (cursor, kind) => (kind === 'integer' ? `${sorted(cursor)} IS NOT NULL` : compare([cursor], '>=', [LEAST[kind]])),
  beyondHorizon(cursor, kind, horizon) {
    const least = kind === 'integer' ? '' : ` OR ${name(cursor)} < ${valueLiteral(cursor.type.kind, LEAST[kind])}`
    return `(${name(cursor)} IS NULL OR ${name(cursor)} > ${valueLiteral(cursor.type.kind, horizon)}${least})`
  },
  equals: (column, value) => `${name(column)} = ${valueLiteral(column.type.kind, value)}`,
}

/** Returns null when a column of this kind cannot be a cursor. */
export const cursorKindOf = (kind: Kind): CursorKind | null => {
  if (kind === 'integer' || kind === 'bigint') return 'integer'
  if (kind === 'timestamp') return 'instant'
  if (kind === 'datetime') return 'local'
  return kind === 'date' ? kind : null
}

/** Type names in the information schema that can be a cursor. */
export const CURSOR_TYPES: ReadonlySet<string> = new Set(['timestamp', 'datetime', 'date', 'tinyint', 'smallint', 'mediumint', 'int', 'bigint'])

/** The smallest values that are dates; below them are zero dates, which cannot move a cursor (MySQL manual 13.2.2). */
export const LEAST: Record<Exclude<CursorKind, 'integer'>, string> = {
  instant: '1970-01-01 00:00:01',
  local: '1000-01-01 00:00:00',
  date: '1000-01-01',
}
