import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from 'mysql2'
import type { Target } from '../../sql/dialect.js'
import type { RawRow } from '../../sql/read/row-source.js'
import type { MysqlConfig } from '../config.js'
import { logIn, type OpenClient } from './open-client.js'

const KILL_TIMEOUT_MS = 1500

/** Identifies a server, to distinguish those behind one address: their connection ids overlap. */
export const IDENTITY_SQL = 'SELECT @@hostname, @@port, @@server_id, VERSION()'

interface Victim {
  readonly open: OpenClient
  /** The row of IDENTITY_SQL. */
  readonly identity: RawRow
}

/**
 * Kills a connection and what it was doing, over a separate connection to the same address; resolves when the server has
 * accepted that or after 1.5 s. Otherwise the server would finish a statement for no one. Never throws.
 */
export const killStatement = async (target: Pick<Target<MysqlConfig>, 'config' | 'secrets'>, { open, identity }: Victim): Promise<void> => {
  const late = new AbortController()
  const work = async (): Promise<void> => {
    const other = await logIn(target, open.address, late.signal)
    try {
      const here = await Promise.race([ask(other.client, IDENTITY_SQL), other.lost])
      const same = identity.every((value, at) => value === here[0]?.[at]?.toString())
      if (same) await Promise.race([ask(other.client, `KILL ${open.client.threadId}`), other.lost])
    } finally {
      other.destroy()
    }
  }
  await Promise.race([work().catch(() => undefined), delay(KILL_TIMEOUT_MS, undefined, { ref: false })])
  late.abort()
}

const ask = (client: Connection, text: string): Promise<readonly (readonly (Buffer | null)[])[]> =>
  new Promise((resolve, reject) => {
    client.query({ sql: text, rowsAsArray: true, typeCast: false }, (error, rows) =>
      error ? reject(error) : resolve(Array.isArray(rows) ? (rows as unknown as (Buffer | null)[][]) : []),
    )
  })
