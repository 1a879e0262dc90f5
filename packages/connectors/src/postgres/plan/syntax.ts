import type { SqlSyntax } from '../../sql/plan/select.js'
import type { CursorKind } from '../../sql/plan/stream-plan.js'
import { OID } from '../values/oids.js'

const name = (column: { readonly name: string }): string => quoteName(column.name)

/** Compares whole rows, which an index on cursor and key can serve. */
export const postgresSyntax: SqlSyntax<number> = {
  name,
  selected: name,
  sorted: name,
  compare(columns, operator, position, bind) {
    const names = columns.slice(0, position.length).map(name)
    return `(${names.join(', ')}) ${operator} (${position.map(bind).join(', ')})`
  },
  hasPosition: () => null,
  beyondHorizon: (cursor, _kind, horizon, bind) => `${name(cursor)} IS NULL OR ${name(cursor)} > ${bind(horizon)} OR ${name(cursor)} = '-infinity'`,
  // The marks of these types contain no quotes.
  equals: (column, value) => `${name(column)} = '${value}'`,
}

/** Formats a list in the text form of text[]. */
export const textArray = (items: Iterable<string>): string => `{${Array.from(items, (item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`

/** Quotes a name as an SQL identifier, whatever it contains. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

const KINDS: ReadonlyMap<number, CursorKind> = new Map([
  [OID.timestamptz, 'instant'],
  [OID.timestamp, 'local'],
  [OID.date, 'date'],
  [OID.int2, 'integer'],
  [OID.int4, 'integer'],
  [OID.int8, 'integer'],
])

/** Returns null when a column of this type cannot be a cursor. */
export const cursorKindOf = (oid: number): CursorKind | null => KINDS.get(oid) ?? null
