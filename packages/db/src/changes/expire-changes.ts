import type { Database } from '../database.js'

const CHUNK = 10_000
const KEY = 'changes.expired'

// The last removed position is committed with the removal: a reader that checks it after reading either sees it or has seen the rows.
const REMOVE = `
WITH old AS MATERIALIZED (
  SELECT xid, id, at FROM record_changes ORDER BY xid, id LIMIT ${CHUNK}
), gone AS (
  DELETE FROM record_changes c USING old WHERE c.xid = old.xid AND c.id = old.id AND old.at < now() - $1 * interval '1 day'
  RETURNING c.xid, c.id
), last AS (
  SELECT xid, id FROM gone ORDER BY xid DESC, id DESC LIMIT 1
), noted AS (
  INSERT INTO settings (key, value) SELECT '${KEY}', jsonb_build_object('xid', xid::text, 'id', id::text) FROM last
  ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
)
SELECT count(*)::int AS removed FROM gone`

/**
 * Removes changes older than `days`, oldest first, in chunks; a reader that has not read them must begin again. Returns how many rows were removed.
 */
export const expireChanges = async ({ pool }: Pick<Database, 'pool'>, days: number, signal?: AbortSignal): Promise<number> => {
  let total = 0
  while (signal?.aborted !== true) {
    const { rows } = await pool.query<{ removed: number }>(REMOVE, [days])
    const removed = rows[0]?.removed ?? 0
    total += removed
    if (removed < CHUNK) break
  }
  return total
}

/** Returns the last log position removed because of its age; null when none was. */
export const findExpired = async ({ pool }: Pick<Database, 'pool'>): Promise<{ readonly xid: string; readonly id: string } | null> => {
  const { rows } = await pool.query<{ xid: string; id: string }>({
    name: 'inlet-changes-expired',
    text: `SELECT value ->> 'xid' AS xid, value ->> 'id' AS id FROM settings WHERE key = '${KEY}'`,
  })
  return rows[0] ?? null
}
