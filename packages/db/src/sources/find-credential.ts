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

/**
 * Replaces sealed secrets by compare-and-swap: only when the stored version is still the expected one, which it raises
 * by one. False when somebody else was faster. `sealed` must be sealed for the new version.
 */
export const replaceCredential = async (
  database: Database,
  change: { readonly sourceId: string; readonly expectedVersion: number; readonly sealed: unknown },
): Promise<boolean> => {
  const { rowCount } = await database.pool.query(
    'UPDATE credentials SET sealed = $3, version = version + 1, updated_at = now() WHERE source_id = $1 AND version = $2',
    [change.sourceId, change.expectedVersion, JSON.stringify(change.sealed)],
  )
  return rowCount === 1
}
