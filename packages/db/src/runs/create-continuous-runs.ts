import type { Database } from '../database.js'

/**
 * Makes a run for each source of these continuous connectors that may run now and has none: active, and not in the back-off after
 * a failure. Only for `sourceId` when given. Answers the new runs.
 */
export const createContinuousRuns = async (
  database: Pick<Database, 'pool'>,
  options: { readonly connectors: readonly string[]; readonly sourceId?: string; readonly limit: number },
): Promise<readonly string[]> => {
  if (options.connectors.length === 0) return []
  const { rows } = await database.pool.query<{ id: string }>(
    `INSERT INTO runs (source_id, version_id, trigger)
     SELECT s.id, s.version_id, 'continuous' FROM sources s
     WHERE s.connector = ANY($1::text[]) AND ($2::uuid IS NULL OR s.id = $2) AND s.status = 'ACTIVE' AND s.restart_at IS NULL
       AND s.deleting_at IS NULL AND s.version_id IS NOT NULL AND NOT EXISTS (SELECT FROM runs r WHERE r.source_id = s.id AND r.status <> 'ended')
     LIMIT $3 ${options.sourceId === undefined ? 'FOR NO KEY UPDATE OF s SKIP LOCKED' : ''}
     ON CONFLICT (source_id) WHERE status <> 'ended' DO NOTHING RETURNING id`,
    [options.connectors, options.sourceId ?? null, options.limit],
  )
  return rows.map(({ id }) => id)
}
