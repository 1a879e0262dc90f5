import type { Database } from '../database.js'

/** What installation-wide metrics report for each source. `lagMs`: since its last success; null before the first. */
export interface SourceStandingRow {
  readonly source: string
  readonly connector: string
  readonly slug: string
  readonly lagMs: number | null
  readonly incidents: readonly string[]
}

type Packed = readonly [id: string, connector: string, slug: string, lagMs: number | null, incidents: readonly string[] | null]

/**
 * Reads up to `limit` sources that are not being deleted: those with an open incident first, then the oldest, so that the selection is stable.
 * `leftOut`: how many more there are.
 */
export const readSourceStandings = async (
  database: Database,
  limit: number,
): Promise<{ readonly sources: readonly SourceStandingRow[]; readonly leftOut: number }> => {
  // SQL: all in one row, because with thousands the driver spends longer on rows than on their values.
  const { rows } = await database.pool.query<{ sources: readonly Packed[] | null; total: number }>({
    name: 'inlet-source-standings',
    text: `WITH open AS MATERIALIZED (SELECT source_id, json_agg(kind ORDER BY kind) AS kinds FROM incidents WHERE closed_at IS NULL GROUP BY source_id),
       shown AS MATERIALIZED (
         SELECT s.id, s.connector, s.slug, s.last_success_at, open.kinds FROM sources s LEFT JOIN open ON open.source_id = s.id
         WHERE s.deleting_at IS NULL ORDER BY (open.source_id IS NULL), s.created_at, s.id LIMIT $1)
     SELECT (SELECT count(*)::int FROM sources WHERE deleting_at IS NULL) AS total,
       (SELECT json_agg(json_build_array(id, connector, slug, (extract(epoch FROM clock_timestamp() - last_success_at) * 1000)::float8, kinds)) FROM shown) AS sources`,
    values: [limit],
  })
  const sources = (rows[0]?.sources ?? []).map(([source, connector, slug, lagMs, incidents]) => ({
    source,
    connector,
    slug,
    lagMs,
    incidents: incidents ?? [],
  }))
  return { sources, leftOut: (rows[0]?.total ?? 0) - sources.length }
}
