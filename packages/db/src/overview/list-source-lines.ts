import { toSourceState } from '@inlet/domain'
import type { Database } from '../database.js'
import { FRESH_UNTIL } from '../reconcile/mark-staleness.js'
import { nextRunAt, type SourceOverview, type SourceRow } from '../sources/source-row.js'

/** A source with its current problem. */
export interface SourceLineRow
  extends Pick<
    SourceOverview,
    | 'id'
    | 'slug'
    | 'name'
    | 'connector'
    | 'status'
    | 'state'
    | 'labels'
    | 'lastOutcome'
    | 'lastSuccessAt'
    | 'nextRunAt'
    | 'parkedReason'
    | 'quarantined'
  > {
  readonly cron: string | null
  /** When it becomes stale; null without an objective. */
  readonly freshUntil: Date | null
  /** Until when its parked run waits; null when it does not. */
  readonly parkedUntil: Date | null
  /** Why it is in ERROR, why its last run failed, or that the system it reads has failed too often: as a reason and in words. */
  readonly reason: string | null
  readonly problem: string | null
}

// All sources are read at once: a column that no line shows, a look-up for each row and a time that must be parsed would cost more than the rest.
type Row = Pick<
  SourceRow,
  | 'id'
  | 'slug'
  | 'name'
  | 'connector'
  | 'status'
  | 'labels'
  | 'cron'
  | 'last_outcome'
  | 'last_success_at'
  | 'next_tick_at'
  | 'restart_at'
  | 'run_status'
  | 'wake_at'
  | 'parked_reason'
  | 'lease_live'
  | 'quarantined'
> &
  Pick<SourceLineRow, 'reason' | 'problem'> & { readonly fresh_until: Date | null }

/** Lists sources that are not being deleted, in no particular order: all, those with the given ids, or those that run or changed in the last 15 s. */
export const listSourceLines = async (
  database: Database,
  { ids, recent }: { readonly ids: readonly string[] | null; readonly recent: boolean },
): Promise<readonly SourceLineRow[]> => {
  // SQL: one statement for all that a line shows; the overview asks every few seconds.
  const { rows } = await database.pool.query<Row>(
    `SELECT s.id, s.slug, s.name, s.connector, s.status, s.labels, s.cron, ${FRESH_UNTIL} AS fresh_until, s.last_outcome, s.last_success_at, s.next_tick_at,
       s.restart_at, r.status AS run_status, r.wake_at, CASE WHEN r.status = 'parked' THEN r.parked_reason END AS parked_reason,
       coalesce(l.run_id = r.id AND l.expires_at > statement_timestamp(), false) AS lease_live, coalesce(q.n, 0) AS quarantined,
       CASE WHEN s.status = 'ERROR' THEN coalesce(s.status_reason, s.last_error_reason) WHEN s.last_outcome = 'failed' THEN s.last_error_reason
         WHEN r.status = 'parked' AND r.parked_reason = 'CIRCUIT_OPEN' THEN r.parked_reason END AS reason,
       CASE WHEN s.status = 'ERROR' THEN coalesce(s.status_message, s.last_error_message) WHEN s.last_outcome = 'failed' THEN s.last_error_message
         WHEN r.status = 'parked' AND r.parked_reason = 'CIRCUIT_OPEN' THEN r.parked_message END AS problem
     FROM sources s LEFT JOIN runs r ON r.source_id = s.id AND r.status <> 'ended' LEFT JOIN leases l ON l.source_id = s.id
     LEFT JOIN (SELECT source_id, count(*)::int AS n FROM quarantine
       WHERE state = 'open' AND ($1::uuid[] IS NULL OR source_id = ANY($1)) GROUP BY source_id) q ON q.source_id = s.id
     WHERE s.deleting_at IS NULL AND ($1::uuid[] IS NULL OR s.id = ANY($1))
       AND (NOT $2 OR r.id IS NOT NULL OR s.updated_at > statement_timestamp() - interval '15 seconds')`,
    [ids, recent],
  )
  return rows.map((row) => ({
    id: row.id,
    slug: row.slug,
    name: row.name,
    connector: row.connector,
    status: row.status,
    state: toSourceState({ status: row.status, activeRun: row.run_status, leaseLive: row.lease_live, lastOutcome: row.last_outcome }),
    labels: row.labels,
    cron: row.cron,
    freshUntil: row.fresh_until,
    lastOutcome: row.last_outcome,
    lastSuccessAt: row.last_success_at,
    nextRunAt: nextRunAt(row),
    parkedReason: row.parked_reason,
    parkedUntil: row.run_status === 'parked' ? row.wake_at : null,
    quarantined: row.quarantined,
    reason: row.reason,
    problem: row.problem,
  }))
}
