import type { JsonValue } from '@inlet/connector-sdk'
import type { Mapping } from '../settings/stream-settings.js'

/** Converts the text form of a value to JSON without loss. Null stands for "the text itself". */
export type Convert = ((text: string) => JsonValue) | null

export interface ColumnPlan<T> {
  readonly name: string
  /** As the description of a result names it. */
  readonly type: T
  readonly convert: Convert
  /** The value the column contributes to a key; null: its text. */
  readonly toKey: ((text: string) => string | number | bigint) | null
  /** The text besides NULL that means "not deleted" when the column marks deleted rows; null: there is none. */
  readonly live: string | null
  /** False for columns that are read only for key, cursor or title. */
  readonly stored: boolean
}

/** What a cursor can be: a point in time, a local time, a day, or a whole number that grows. */
export type CursorKind = 'instant' | 'local' | 'date' | 'integer'

/** How one stream is read now; planned again for every read, so that schema changes are followed. */
export interface StreamPlan<T = unknown> {
  readonly stream: string
  /** What follows FROM, with the alias t. */
  readonly from: string
  /** In the order of the select list. */
  readonly columns: readonly ColumnPlan<T>[]
  /** Indexes of the key in `columns`; empty: the row itself is the key. */
  readonly key: readonly number[]
  readonly cursor: { readonly at: number; readonly kind: CursorKind } | null
  readonly deletes: Deletes
  readonly mapping: Mapping
}

interface Deletes {
  /** Whether complete runs report all keys. */
  readonly sweep: boolean
  /** Whether rows marked as deleted become deletes. */
  readonly soft: boolean
  /** What the stream declares. */
  readonly declared: 'none' | 'events' | 'sweep'
}

/** Decides how deletes of a stream are found. A stream without a cursor column reads every row anyway, so its sweep is free. */
export const decideDeletes = (config: { readonly deletes: NonNullable<Mapping['deletes']> }, mapping: Mapping, hasCursor: boolean): Deletes => {
  const setting = mapping.deletes ?? config.deletes
  const soft = setting !== 'none' && mapping.softDeleteColumn !== undefined
  const sweep = setting === 'sweep' || (setting === 'auto' && !hasCursor)
  return { sweep, soft, declared: sweep ? 'sweep' : soft ? 'events' : 'none' }
}
