import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from 'mysql2'
import type { Target } from '../../sql/dialect.js'
import type { RawRow } from '../../sql/read/row-source.js'
import type { MysqlConfig } from '../config.js'
import { logIn, type OpenClient } from './open-client.js'

const KILL_TIMEOUT_MS = 1500

/** A server, to distinguish those behind one address: their connections have the same numbers. */
export const IDENTITY_SQL = 'SELECT @@hostname, @@port, @@server_id, VERSION()'

interface Victim {
  readonly open: OpenClient
  /** The row of IDENTITY_SQL. */
  readonly identity: RawRow
}

/**
 * Ends a connection and what it was doing, on a connection of its own to the same address; resolves when the server has
 * taken it or after 1.5 s. Without it a server would finish a statement for nobody. Never throws.
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
