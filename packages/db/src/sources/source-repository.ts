import type { Database } from '../database.js'

/** The connector of a source; null when the source does not exist. */
export const findConnectorType = async ({ prisma }: Database, sourceId: string): Promise<string | null> => {
  const source = await prisma.source.findUnique({ where: { id: sourceId }, select: { connector: true } })
  return source?.connector ?? null
}

/** What the metrics of the whole installation say of each source. `lagMs`: since its last success; null before the first. */
export interface SourceStandingRow {
  readonly source: string
  readonly connector: string
  readonly slug: string
  readonly lagMs: number | null
  readonly incidents: readonly string[]
}

type Packed = readonly [id: string, connector: string, slug: string, lagMs: number | null, incidents: readonly string[] | null]

/** Of all sources that are not being deleted. */
export const readSourceStandings = async (database: Database): Promise<readonly SourceStandingRow[]> => {
  // SQL: one row for all: of thousands, the driver spends longer on rows than on their values.
  const { rows } = await database.pool.query<{ sources: readonly Packed[] | null }>(
    `WITH open AS MATERIALIZED (SELECT source_id, json_agg(kind ORDER BY kind) AS kinds FROM incidents WHERE closed_at IS NULL GROUP BY source_id)
     SELECT json_agg(json_build_array(s.id, s.connector, s.slug, (extract(epoch FROM clock_timestamp() - s.last_success_at) * 1000)::float8, open.kinds)) AS sources
     FROM sources s LEFT JOIN open ON open.source_id = s.id WHERE s.deleting_at IS NULL`,
  )
  return (rows[0]?.sources ?? []).map(([source, connector, slug, lagMs, incidents]) => ({
    source,
    connector,
    slug,
    lagMs,
    incidents: incidents ?? [],
  }))
}
