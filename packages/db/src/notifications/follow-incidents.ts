import { FAILURES_FOR_INCIDENT, nextStepOf, stepOfStopped } from '@inlet/domain'
import type pg from 'pg'
import { type FoundIncident, openIncidents } from './open-incidents.js'

// SQL: incidents of all sources are found in one statement.

// Problems are derived from the sources' own rows, so a process killed between a failure and this pass loses nothing.
const OVER = `i.closed_at IS NULL AND (
  s.id IS NULL OR s.status IN ('PAUSED', 'STOPPED')
  OR (i.kind = 'error' AND s.status = 'ACTIVE' AND s.consecutive_failures = 0 AND s.last_outcome IS DISTINCT FROM 'failed' AND s.last_outcome IS DISTINCT FROM 'cancelled')
  OR (i.kind = 'stale' AND s.stale_since IS NULL))`

const CLOSE = `
UPDATE incidents i SET closed_at = clock_timestamp(), closed_as = CASE WHEN s.id IS NULL OR s.status IN ('PAUSED', 'STOPPED') THEN 'withdrawn' ELSE 'recovered' END
FROM incidents o LEFT JOIN sources s ON s.id = o.source_id AND s.deleting_at IS NULL
WHERE o.id = i.id AND ${OVER}`

/** An incident that is already open is found again when its source now fails for another reason. */
const isNews = (kind: string, reason: string): string =>
  `NOT EXISTS (SELECT FROM incidents i WHERE i.source_id = s.id AND i.kind = '${kind}' AND i.closed_at IS NULL AND i.reason = ${reason})`
const REASON = `coalesce(s.status_reason, s.last_error_reason, 'INTERNAL')`

const FIND = `
SELECT s.id AS source_id, 'error' AS kind, ${REASON} AS reason, coalesce(s.status_message, s.last_error_message, 'runs of the source fail') AS message,
  CASE WHEN r.error_reason = ${REASON} THEN r.error_next END AS next, s.status = 'ERROR' AS stopped, s.last_run_id AS run_id, coalesce(s.last_error_at, clock_timestamp()) AS since
FROM sources s LEFT JOIN runs r ON r.id = s.last_run_id
WHERE s.deleting_at IS NULL AND (s.status = 'ERROR' OR (s.status = 'ACTIVE' AND s.consecutive_failures >= $1)) AND ${isNews('error', REASON)}
UNION ALL
SELECT s.id, 'stale', 'SOURCE_STALE', 'no success within ' || s.fresh_within_seconds || ' s', NULL, false, s.last_run_id, s.stale_since
FROM sources s WHERE s.deleting_at IS NULL AND s.stale_since IS NOT NULL AND s.status IN ('ACTIVE', 'ERROR') AND ${isNews('stale', `'SOURCE_STALE'`)}`

/** SQL: whether `followIncidents` has anything to do; $1 is FAILURES_FOR_INCIDENT. */
export const HAS_INCIDENTS_TO_FOLLOW = `(EXISTS (${FIND})
  OR EXISTS (SELECT FROM incidents i LEFT JOIN sources s ON s.id = i.source_id AND s.deleting_at IS NULL WHERE ${OVER}))`

interface Found extends Omit<FoundIncident, 'next'> {
  /** The next step the failure names; null if its reason determines it. */
  readonly next: string | null
  /** Whether the source waits for a person. */
  readonly stopped: boolean
}

/** Opens incidents for current problems, and closes those that are over. */
export const followIncidents = async (client: pg.ClientBase): Promise<void> => {
  await client.query(CLOSE)
  const { rows } = await client.query<Found>(FIND, [FAILURES_FOR_INCIDENT])
  await openIncidents(
    client,
    rows.map((row) => ({ ...row, next: row.stopped ? stepOfStopped(row.reason, row.next) : nextStepOf(row.reason, row.next) })),
  )
}
