import { recheckDelayMs } from '@inlet/domain'
import type pg from 'pg'

/** A source has stopped: it is checked again by itself, later with every try in a row. `first`: it worked before. Under the lock of the source. */
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

/** Not before the delay that so many failures give. */
export const postpone = async (client: pg.ClientBase, sourceId: string, failures: number): Promise<void> => {
  await client.query(`UPDATE rechecks SET due_at = clock_timestamp() + $2 * interval '1 millisecond' WHERE source_id = $1`, [
    sourceId,
    recheckDelayMs(failures, Math.random()),
  ])
}
