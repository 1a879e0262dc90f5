import type { FieldDef } from 'pg'
import type { RawRow } from '../../sql/read/raw-row.js'
import type { Chunk } from '../../sql/read/row-source.js'
import type { PooledSession } from '../../sql/session/sessions.js'

export type Values = readonly (string | null)[]

/** A logged-in connection of a role that was checked. Values come and go as text. One statement at a time. */
export interface Session extends PooledSession {
  /** Rows of one statement, sent alone by the extended protocol. */
  query(text: string, values?: Values): Promise<readonly RawRow[]>
  /** The columns of a SELECT; runs it for no row. */
  describe(text: string): Promise<readonly FieldDef[]>
  /** All rows of a SELECT in round trips, one of them ahead of the reader. Only inside a transaction; the reader may stop at any time. */
  rows(text: string, values?: Values): AsyncGenerator<Chunk, void, void>
  /** Starts a read-only transaction with one snapshot and the settings that the converters rely on. */
  begin(): Promise<void>
  commit(): Promise<void>
}
