import type pg from 'pg'
import type { Database } from '../database.js'

/** Anything but the locks of others. */
const LOCKS = { index: 7_365_172_402, merge: 7_365_172_401 } as const

/**
 * Does work on the index that one process at a time does, on one connection: one that breaks frees the lock and ends the work. Null when
 * another process is at it.
 */
export const withIndexLock = async <T>(
  { pool }: Pick<Database, 'pool'>,
  lock: keyof typeof LOCKS,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T | null> => {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCKS[lock]])
    if (rows[0]?.locked !== true) return null
    try {
      return await work(client)
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LOCKS[lock]])
    }
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    client.release(broken)
  }
}

/** One transaction on a connection that is held already. */
export const inTransaction = async <T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> => {
  await client.query('BEGIN')
  try {
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    // What failed says more than a rollback that fails for the same reason.
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}
