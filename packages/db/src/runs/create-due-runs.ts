import type { Database } from '../database.js'
import { STORED_SEQ, WAITING } from '../hooks/find-hook.js'

/**
 * Creates a run for each source of these continuous connectors that may run now and has no run: active, and not backing off after a failure. Only for
 * `sourceId`, if given. Returns the ids of the new runs.
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

/**
 * Creates a run for each source that has events waiting and may run now: active, without a run, and not backing off after a failure. Only among
 * `sourceIds`, if given. Returns the ids of the new runs.
 */
export const createPushRuns = async (
  database: Pick<Database, 'pool'>,
  options: { readonly sourceIds?: readonly string[]; readonly limit: number },
): Promise<readonly string[]> => {
  const { rows } = await database.pool.query<{ id: string }>(
    `INSERT INTO runs (source_id, version_id, trigger)
     SELECT s.id, s.version_id, 'push' FROM inbox_heads h JOIN sources s ON s.id = h.source_id
     WHERE ($1::uuid[] IS NULL OR h.source_id = ANY($1)) AND s.status = 'ACTIVE' AND s.restart_at IS NULL AND s.deleting_at IS NULL
       AND s.version_id IS NOT NULL AND h.last_seq > ${STORED_SEQ} AND ${WAITING} > 0
       AND NOT EXISTS (SELECT FROM runs r WHERE r.source_id = s.id AND r.status <> 'ended') LIMIT $2
       ${options.sourceIds === undefined ? 'FOR NO KEY UPDATE OF s SKIP LOCKED' : ''}
     ON CONFLICT (source_id) WHERE status <> 'ended' DO NOTHING RETURNING id`,
    [options.sourceIds ?? null, options.limit],
  )
  return rows.map(({ id }) => id)
}
