import { RECHECKED_REASONS } from '@inlet/domain'
import type { Database } from '../database.js'
import { postpone } from './schedule-recheck.js'

/** A source whose check is due, as it would be read now. */
export interface DueRecheck {
  readonly sourceId: string
  readonly versionId: string
  readonly connector: string
  readonly config: unknown
}

/**
 * Sources in ERROR whose next check is due. Each is put off at once to the time after, so that there is never more than one check of a
 * source, whichever process asks and whatever becomes of it. Sources that a person paused or stopped, and those with a run, are left alone.
 */
export const claimRechecks = (database: Database, limit: number): Promise<readonly DueRecheck[]> =>
  database.transaction(async (client) => {
    const { rows } = await client.query<DueRecheck & { failures: number }>(
      `SELECT s.id AS "sourceId", v.id AS "versionId", s.connector, v.config, c.failures
       FROM rechecks c JOIN sources s ON s.id = c.source_id JOIN source_versions v ON v.id = s.version_id
       WHERE c.due_at <= clock_timestamp() AND s.status = 'ERROR' AND s.status_reason = ANY($1::text[]) AND s.deleting_at IS NULL
         AND NOT EXISTS (SELECT FROM runs r WHERE r.source_id = s.id AND r.status <> 'ended')
       ORDER BY c.due_at LIMIT $2 FOR NO KEY UPDATE OF c SKIP LOCKED`,
      [RECHECKED_REASONS, limit],
    )
    for (const { sourceId, failures } of rows) await postpone(client, sourceId, failures + 1)
    return rows.map(({ failures: _failures, ...due }) => due)
  })
