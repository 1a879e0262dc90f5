import type { Database } from '../database.js'

/** The connector of a source; null when the source does not exist. */
export const findConnectorType = async ({ prisma }: Database, sourceId: string): Promise<string | null> => {
  const source = await prisma.source.findUnique({ where: { id: sourceId }, select: { connector: true } })
  return source?.connector ?? null
}

/** Milliseconds since the last successful ingestion of every source that had one. */
export const readSourceLags = async (
  database: Database,
): Promise<readonly { readonly source: string; readonly connector: string; readonly lagMs: number }[]> => {
  // SQL: one row for all: of thousands, the driver spends longer on rows than on their values.
  const { rows } = await database.pool.query<{ lags: readonly (readonly [string, string, number])[] | null }>(
    `SELECT json_agg(json_build_array(id, connector, (extract(epoch FROM clock_timestamp() - last_success_at) * 1000)::float8)) AS lags
     FROM sources WHERE last_success_at IS NOT NULL AND deleting_at IS NULL`,
  )
  return (rows[0]?.lags ?? []).map(([source, connector, lagMs]) => ({ source, connector, lagMs }))
}
