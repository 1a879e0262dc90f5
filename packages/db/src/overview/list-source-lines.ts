import type { Database } from '../database.js'
import { SOURCE_COLUMNS, SOURCE_TABLES, type SourceOverview, type SourceRow, toOverview } from '../sources/source-row.js'

/** A source with its current problem. */
export interface SourceLineRow extends SourceOverview {
  /** Until when its parked run waits; null when it does not. */
  readonly parkedUntil: Date | null
  /** Why it is in ERROR, why its last run failed, or that the system it reads has failed too often: as a reason and in words. */
  readonly reason: string | null
  readonly problem: string | null
}

type Row = SourceRow & Pick<SourceLineRow, 'reason' | 'problem'>

/** Lists sources that are not being deleted, in no particular order: all, those with the given ids, or those that run or changed in the last 15 s. */
export const listSourceLines = async (
  database: Database,
  { ids, recent }: { readonly ids: readonly string[] | null; readonly recent: boolean },
): Promise<readonly SourceLineRow[]> => {
  // SQL: one statement for all that a line shows; the overview asks every few seconds.
  const { rows } = await database.pool.query<Row>(
    `SELECT ${SOURCE_COLUMNS},
       CASE WHEN s.status = 'ERROR' THEN coalesce(s.status_reason, s.last_error_reason) WHEN s.last_outcome = 'failed' THEN s.last_error_reason
         WHEN r.status = 'parked' AND r.parked_reason = 'CIRCUIT_OPEN' THEN r.parked_reason END AS reason,
       CASE WHEN s.status = 'ERROR' THEN coalesce(s.status_message, s.last_error_message) WHEN s.last_outcome = 'failed' THEN s.last_error_message
         WHEN r.status = 'parked' AND r.parked_reason = 'CIRCUIT_OPEN' THEN r.parked_message END AS problem
     FROM ${SOURCE_TABLES}
     WHERE s.deleting_at IS NULL AND ($1::uuid[] IS NULL OR s.id = ANY($1))
       AND (NOT $2 OR r.id IS NOT NULL OR s.updated_at > clock_timestamp() - interval '15 seconds')`,
    [ids, recent],
  )
  return rows.map((row) => ({
    ...toOverview(row),
    parkedUntil: row.run_status === 'parked' ? row.wake_at : null,
    reason: row.reason,
    problem: row.problem,
  }))
}
