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
  const { rows } = await database.pool.query<{ source: string; connector: string; lagMs: number }>(
    `SELECT id AS source, connector, (extract(epoch FROM clock_timestamp() - last_success_at) * 1000)::float8 AS "lagMs"
     FROM sources WHERE last_success_at IS NOT NULL AND deleting_at IS NULL`,
  )
  return rows
}
