import type { Database } from '../database.js'

/** A fact of this installation; null when it was never written. */
export const findSetting = async (database: Database, key: string): Promise<unknown> => {
  const { rows } = await database.pool.query<{ value: unknown }>('SELECT value FROM settings WHERE key = $1', [key])
  return rows[0]?.value ?? null
}

/** Writes a fact unless it is known already, and answers the one that holds: of several processes that start at once, one wins. */
export const claimSetting = async (database: Database, key: string, value: unknown): Promise<unknown> => {
  await database.pool.query('INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING', [key, JSON.stringify(value)])
  return findSetting(database, key)
}
