import type { Database } from '../database.js'

/** How long ago each active source succeeded last; sources that never did count from their registration. */
export const listSourceLags = async (
  database: Database,
): Promise<readonly { readonly source: string; readonly connector: string; readonly lagMs: number }[]> => {
  const { rows } = await database.pool.query<{ source: string; connector: string; lagMs: number }>(
    `SELECT id AS source, connector, (extract(epoch FROM clock_timestamp() - coalesce(last_success_at, created_at)) * 1000)::float8 AS "lagMs"
     FROM sources WHERE deleting_at IS NULL AND status <> 'PAUSED'`,
  )
  return rows
}
