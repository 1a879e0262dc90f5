import type { Chunk, RawRow } from '../read/row-source.js'
import type { PooledSession } from './sessions.js'

/** A statement and the values of its placeholders. */
export interface Statement {
  readonly text: string
  readonly values: readonly (string | null)[]
}

/** A column of a result. */
export interface Field<T> {
  readonly name: string
  readonly type: T
}

/** A connection that has logged in. Values are passed as text in both directions. One statement at a time. */
export interface SqlSession<T> extends PooledSession {
  /** Returns the rows of one statement. */
  query(text: string, values?: Statement['values']): Promise<readonly RawRow[]>
  /** Returns the columns of a SELECT without fetching any row. */
  describe(text: string): Promise<readonly Field<T>[]>
  /** Yields all rows of a SELECT as they arrive; a slow reader holds the server back. Only inside a transaction; the reader may stop at any time. */
  rows(statement: Statement): AsyncGenerator<Chunk, void, void>
  /** Starts a read-only transaction with one snapshot and the settings that the converters rely on. */
  begin(): Promise<void>
  commit(): Promise<void>
  /** Ends the transaction and starts another, on a new connection if a statement is still sending rows. */
  renew(): Promise<void>
}
