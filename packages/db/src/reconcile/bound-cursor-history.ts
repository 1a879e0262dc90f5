import type { Database } from '../database.js'
import type { Bounds } from './bound-history.js'
import { CHUNK, removeByOwner } from './page-through.js'

// What remains is a subsequence of the moves, so it still proves that cursors never went back, and the last one of a day shows where a backfill from
// a later moment begins: a little too early, never too late. The newest one is never removed.
const STATEMENT = `
WITH cut AS MATERIALIZED (
  SELECT s.id, (SELECT o.id FROM cursor_history o WHERE o.stream_id = s.id ORDER BY o.id DESC OFFSET $2 LIMIT 1) AS beyond FROM unnest($1::int[]) AS s(id)
), old AS MATERIALIZED (
  SELECT h.ctid AS place FROM cut JOIN cursor_history h ON h.stream_id = cut.id
  CROSS JOIN LATERAL (SELECT n.at FROM cursor_history n WHERE n.stream_id = h.stream_id AND n.id > h.id ORDER BY n.id LIMIT 1) next
  WHERE (h.id <= cut.beyond OR h.at < now() - $3 * interval '1 day')
    AND ((next.at AT TIME ZONE 'UTC')::date <= (h.at AT TIME ZONE 'UTC')::date OR h.at < now() - $4 * interval '1 day')
  LIMIT ${CHUNK} FOR UPDATE OF h SKIP LOCKED
), gone AS (
  DELETE FROM cursor_history WHERE ctid = ANY(ARRAY(SELECT place FROM old)) RETURNING 1
)
SELECT count(*)::int AS n FROM gone`

/**
 * Thins the cursor history: the latest moves of each stream stay, before them the last of every day (UTC), and after `keptDays` only the newest of
 * all. Returns how many were removed.
 */
export const boundCursorHistory = (
  database: Pick<Database, 'pool'>,
  { latest, days, keptDays, signal }: Bounds & { readonly keptDays: number },
): Promise<number> => removeByOwner(database, { owners: 'streams', statement: STATEMENT, values: [Math.max(latest, 1), days, keptDays], signal })
