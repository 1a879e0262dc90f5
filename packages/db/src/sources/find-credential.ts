import type { Database } from '../database.js'

/** The sealed secrets of a source with the version they were sealed for; null without any. */
export const findCredential = async (
  database: Database,
  sourceId: string,
): Promise<{ readonly sealed: unknown; readonly version: number } | null> => {
  const { rows } = await database.pool.query<{ sealed: unknown; version: number }>('SELECT sealed, version FROM credentials WHERE source_id = $1', [
    sourceId,
  ])
  return rows[0] ?? null
}
