import { RECHECKED_REASONS, recheckDelayMs } from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'

/** A source whose check is due, as it would be read now. */
export interface DueRecheck {
  readonly sourceId: string
  readonly versionId: string
  readonly connector: string
  readonly config: unknown
}

/** SQL: a check whose time has come. */
export const RECHECK_DUE = 'due_at <= clock_timestamp()'

/**
 * Claims sources in ERROR whose next check is due. Each is postponed at once to its following check, so that a source never has more than one check,
 * whichever process asks and whatever happens to it. Sources that a person paused or stopped, and those with a run, are left alone.
 */
export const claimRechecks = (database: Database, limit: number): Promise<readonly DueRecheck[]> =>
  database.transaction(async (client) => {
    // SQL: several processes claim at once, each what no other holds, by the database's clock.
    const { rows } = await client.query<DueRecheck & { failures: number }>(
      `SELECT s.id AS "sourceId", v.id AS "versionId", s.connector, v.config, c.failures
       FROM rechecks c JOIN sources s ON s.id = c.source_id JOIN source_versions v ON v.id = s.version_id
       WHERE c.${RECHECK_DUE} AND s.status = 'ERROR' AND s.status_reason = ANY($1::text[]) AND s.deleting_at IS NULL
         AND NOT EXISTS (SELECT FROM runs r WHERE r.source_id = s.id AND r.status <> 'ended')
       ORDER BY c.due_at LIMIT $2 FOR NO KEY UPDATE OF c SKIP LOCKED`,
      [RECHECKED_REASONS, limit],
    )
    for (const { sourceId, failures } of rows) await postpone(client, sourceId, failures + 1)
    return rows.map(({ failures: _failures, ...due }) => due)
  })

/**
 * Schedules the automatic check of a source that has stopped, later with every consecutive failure. `first`: it worked before. The caller holds the
 * lock on the source.
 */
export const scheduleRecheck = async (client: pg.ClientBase, sourceId: string, first: boolean): Promise<void> => {
  const { rows } = await client.query<{ failures: number }>(
    `INSERT INTO rechecks (source_id, failures, due_at) VALUES ($1, 1, clock_timestamp())
     ON CONFLICT (source_id) DO UPDATE SET failures = CASE WHEN $2 THEN 1 ELSE rechecks.failures + 1 END,
       checked_at = CASE WHEN NOT $2 THEN rechecks.checked_at END, reason = CASE WHEN NOT $2 THEN rechecks.reason END, message = CASE WHEN NOT $2 THEN rechecks.message END
     RETURNING failures`,
    [sourceId, first],
  )
  await postpone(client, sourceId, rows[0]?.failures ?? 1)
}

/** Postpones the next check by the delay that this number of failures implies. */
export const postpone = async (client: pg.ClientBase, sourceId: string, failures: number): Promise<void> => {
  await client.query(`UPDATE rechecks SET due_at = clock_timestamp() + $2 * interval '1 millisecond' WHERE source_id = $1`, [
    sourceId,
    recheckDelayMs(failures, Math.random()),
  ])
}
