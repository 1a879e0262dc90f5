import type { CursorKind } from '../../sql/plan/stream-plan.js'
import type { Kind } from '../values/column-type.js'

/** Null when a column of this kind cannot be a cursor. */
export const cursorKindOf = (kind: Kind): CursorKind | null => {
  if (kind === 'integer' || kind === 'bigint') return 'integer'
  if (kind === 'timestamp') return 'instant'
  if (kind === 'datetime') return 'local'
  return kind === 'date' ? kind : null
}

/** Names of types in the information schema that can be a cursor. */
export const CURSOR_TYPES: ReadonlySet<string> = new Set(['timestamp', 'datetime', 'date', 'tinyint', 'smallint', 'mediumint', 'int', 'bigint'])

/** The least value that is a date; below are zero dates, which cannot move a cursor (MySQL manual 13.2.2). */
export const LEAST: Record<Exclude<CursorKind, 'integer'>, string> = {
  instant: '1970-01-01 00:00:01',
  local: '1000-01-01 00:00:00',
  date: '1000-01-01',
}
