import type { Database } from '../database.js'
import { type NewEvent, writeEvents } from '../events/write-event.js'

export interface MarkedStaleness {
  readonly stale: number
  readonly fresh: number
}

// The same rule as decideFreshness in the domain. A mark changes once per incident, however many processes call: only rows that need a change are
// locked, and a row locked by another transaction is left to the next pass. Sources that their owner has paused or stopped raise no alarm.
/** When a source (`s`) becomes stale, or became so; null without an objective. */
export const FRESH_UNTIL = `(coalesce(s.last_success_at, s.created_at) + s.fresh_within_seconds * interval '1 second')`
const MARK = `
WITH due AS MATERIALIZED (
  SELECT id, stale_since AS marked, status, ${FRESH_UNTIL} AS stale_from FROM sources s
  WHERE deleting_at IS NULL AND (
    (stale_since IS NULL AND ${FRESH_UNTIL} <= clock_timestamp() AND status IN ('ACTIVE', 'ERROR'))
    OR (stale_since IS NOT NULL AND (${FRESH_UNTIL} IS NULL OR ${FRESH_UNTIL} > clock_timestamp())))
  FOR NO KEY UPDATE SKIP LOCKED
), stale AS (
  UPDATE sources s SET stale_since = d.stale_from FROM due d
  WHERE s.id = d.id AND d.marked IS NULL AND s.stale_since IS NULL AND d.stale_from <= clock_timestamp() AND s.status IN ('ACTIVE', 'ERROR')
  RETURNING s.id, s.stale_since, s.fresh_within_seconds, s.last_success_at
), fresh AS (
  UPDATE sources s SET stale_since = NULL FROM due d
  WHERE s.id = d.id AND d.marked IS NOT NULL AND s.stale_since IS NOT NULL AND (d.stale_from IS NULL OR d.stale_from > clock_timestamp())
  RETURNING s.id, d.marked, s.last_success_at
)
SELECT id AS "sourceId", 'source.stale' AS type, 'warn' AS level, 'no success within ' || fresh_within_seconds || ' s' AS message,
  jsonb_build_object('staleSince', stale_since, 'freshWithinSeconds', fresh_within_seconds, 'lastSuccessAt', last_success_at) AS data FROM stale
UNION ALL
SELECT id, 'source.fresh', 'info', 'it is fresh again', jsonb_build_object('staleSince', marked, 'lastSuccessAt', last_success_at) FROM fresh`

/** Writes an event for each source that has begun to miss its freshness objective, or meets it again. */
export const markStaleness = (database: Database): Promise<MarkedStaleness> =>
  database.transaction(async (client) => {
    const { rows: events } = await client.query<NewEvent>(MARK)
    await writeEvents(client, events)
    const stale = events.filter(({ type }) => type === 'source.stale').length
    return { stale, fresh: events.length - stale }
  })
