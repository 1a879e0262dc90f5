import type { JsonValue } from '@inlet/connector-sdk'
import type { Mapping } from '../settings/stream-settings.js'
import type { Deletes } from './decide-deletes.js'

/** Turns the text form of a value into JSON without loss. Null stands for "the text itself". */
export type Convert = ((text: string) => JsonValue) | null

export interface ColumnPlan {
  readonly name: string
  readonly convert: Convert
  /** What the column is as a part of a key; null: its text. */
  readonly toKey: ((text: string) => string | number | bigint) | null
  /** The text besides NULL that means "not deleted" when the column marks deleted rows; null: there is none. */
  readonly live: string | null
  /** False for columns that are read only for key, cursor or title. */
  readonly stored: boolean
}

/** How one stream is read now; made anew for every read, so that a changed schema is followed. */
export interface StreamPlan {
  readonly stream: string
  /** In the order of the select list. */
  readonly columns: readonly ColumnPlan[]
  /** Places of the key in `columns`; empty: the row itself is the key. */
  readonly key: readonly number[]
  readonly cursor: { readonly at: number } | null
  readonly deletes: Deletes
  readonly mapping: Mapping
}
