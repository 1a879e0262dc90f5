import type pg from 'pg'
import type { Database } from '../database.js'

/** Any numbers that no other lock uses. */
const LOCKS = { index: 7_365_172_402, merge: 7_365_172_401 } as const

/**
 * Does work on the index that only one process may do at a time, on one connection: if it breaks, the lock is freed and the work ends. Returns null
 * when another process is doing it.
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

/** Runs work in a transaction on a connection that is already held. */
export const inTransaction = async <T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> => {
  await client.query('BEGIN')
  try {
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    // The original error says more than a rollback that fails for the same reason.
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}
