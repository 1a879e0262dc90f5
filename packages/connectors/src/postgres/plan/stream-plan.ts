import type { Mapping } from '../stream-settings.js'
import type { Convert } from '../values/converters.js'
import type { CursorKind } from './cursor-kind.js'
import type { Deletes } from './decide-deletes.js'

export interface ColumnPlan {
  readonly name: string
  readonly oid: number
  readonly convert: Convert
  /** False for columns that are read only for key, cursor or title. */
  readonly stored: boolean
}

/** How one stream is read now; made anew for every read, so that a changed schema is followed. */
export interface StreamPlan {
  readonly stream: string
  /** What follows FROM, with the alias t. */
  readonly from: string
  /** In the order of the select list. */
  readonly columns: readonly ColumnPlan[]
  /** Places of the key in `columns`; empty: the row itself is the key. */
  readonly key: readonly number[]
  readonly cursor: { readonly at: number; readonly kind: CursorKind } | null
  readonly deletes: Deletes
  readonly mapping: Mapping
}
