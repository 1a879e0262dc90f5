/** A row as the server sent it: text per column, null for NULL. */
export type RawRow = readonly (string | null)[]

/** Rows as they came, with their size on the wire. */
export interface Chunk {
  readonly rows: readonly RawRow[]
  /** Bytes of each row. */
  readonly sizes: readonly number[]
  readonly bytes: number
}

export interface Bounds {
  /** Where a read starts, inclusive: a whole position, or a cursor value alone. */
  readonly from: readonly string[] | null
  /** A whole position where it ends, exclusive. */
  readonly before: readonly string[] | null
  /** The highest cursor value, inclusive. */
  readonly to: string | null
}

/** The rows of one plan in the dialect of its database, inside a read-only transaction. The reader may stop at any time. */
export interface RowSource {
  /** Yields all rows between the bounds, in the order of cursor and key. */
  ordered(bounds: Bounds): AsyncGenerator<Chunk, void, void>
  /** Yields rows whose cursor value cannot move the cursor: NULL, infinite, or beyond the horizon; the horizon is null for whole numbers. */
  beyondHorizon(horizon: string | null): AsyncGenerator<Chunk, void, void>
  /**
   * Yields the key columns (all columns if there is no key) of the existing rows, up to a position if
   * given. Rows marked as deleted do not count as existing.
   */
  keys(upTo: readonly string[] | null): AsyncGenerator<Chunk, void, void>
  /** Ends the transaction and starts another. Throws SCHEMA_CHANGED when the columns are no longer those of the plan. */
  renew(): Promise<void>
}
