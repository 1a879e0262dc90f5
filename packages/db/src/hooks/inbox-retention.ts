import type { Database } from '../database.js'

const CHUNK = 5_000

/**
 * Removes events that were stored at least `days` ago, according to the cursor history. Waiting events stay, however old. Returns how many were
 * removed.
 */
export const removeOldEvents = async (database: Database, days: number): Promise<number> => {
  for (let total = 0; ; ) {
    // SQL: which events are stored follows from the cursor history.
    const { rowCount } = await database.pool.query(
      `WITH past AS (
         SELECT st.source_id, min(coalesce((
           SELECT (h.cursor->>'inbox')::bigint FROM cursor_history h
           WHERE h.stream_id = st.id AND h.at < now() - $1 * interval '1 day' AND h.cursor ? 'inbox' ORDER BY h.id DESC LIMIT 1), 0)) AS seq
         FROM streams st JOIN inbox_heads USING (source_id) WHERE st.cursor ? 'inbox' GROUP BY st.source_id
       )
       DELETE FROM inbox WHERE id = ANY(ARRAY(
         SELECT e.id FROM inbox e JOIN past USING (source_id) WHERE e.seq <= past.seq AND e.received_at < now() - $1 * interval '1 day' LIMIT ${CHUNK}))`,
      [days],
    )
    total += rowCount ?? 0
    if ((rowCount ?? 0) === 0) return total
  }
}
