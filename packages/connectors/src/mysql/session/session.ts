import type { RawRow } from '../../sql/read/raw-row.js'
import type { Chunk } from '../../sql/read/row-source.js'
import type { PooledSession } from '../../sql/session/sessions.js'
import type { ColumnType } from '../values/column-type.js'

export interface Field {
  readonly name: string
  readonly type: ColumnType
}

/** A logged-in connection of an account that was checked. Values come as text. One statement at a time. */
export interface Session extends PooledSession {
  readonly mariadb: boolean
  /** First number of the version, e.g. 8. */
  readonly majorVersion: number
  /** Rows of one statement. */
  query(text: string): Promise<readonly RawRow[]>
  /** The columns of a SELECT; runs it for no row. */
  describe(text: string): Promise<readonly Field[]>
  /** All rows of a SELECT as they come; the socket waits for a slow reader. The reader may stop at any time: then the statement is ended with its connection. */
  rows(text: string): AsyncGenerator<Chunk, void, void>
  /** Starts a read-only transaction with one snapshot. */
  begin(): Promise<void>
  /** Ends it. */
  commit(): Promise<void>
  /** Ends the transaction and starts another, on a new connection when a statement is still sending rows. */
  renew(): Promise<void>
}
