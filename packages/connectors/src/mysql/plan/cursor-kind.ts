import type { Kind } from '../values/column-type.js'

/** Types a cursor can have: points in time, or whole numbers that grow. */
export type CursorKind = 'timestamp' | 'datetime' | 'date' | 'integer'

/** Null when a column of this kind cannot be a cursor. */
export const cursorKindOf = (kind: Kind): CursorKind | null => {
  if (kind === 'integer' || kind === 'bigint') return 'integer'
  return kind === 'timestamp' || kind === 'datetime' || kind === 'date' ? kind : null
}

/** Names of types in the information schema that can be a cursor. */
export const CURSOR_TYPES: ReadonlySet<string> = new Set(['timestamp', 'datetime', 'date', 'tinyint', 'smallint', 'mediumint', 'int', 'bigint'])

/** The least value that is a date; below are zero dates, which cannot move a cursor (MySQL manual 13.2.2). */
export const LEAST: Record<Exclude<CursorKind, 'integer'>, string> = {
  timestamp: '1970-01-01 00:00:01',
  datetime: '1000-01-01 00:00:00',
  date: '1000-01-01',
}
