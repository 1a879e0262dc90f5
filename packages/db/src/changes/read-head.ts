import type { Database } from '../database.js'

/** How far changes can be read. */
export interface ChangeHead {
  readonly cluster: string
  /** All transactions before this one are over and their changes visible. Text of a 64-bit number. */
  readonly horizon: string
  /** The highest record number so far. */
  readonly lastDoc: string
}

// The oldest transaction still writing in this database: whatever is committed from now on does not precede it. The snapshot covers the whole
// cluster; transactions seen at work in another database after it was taken do not concern us. One whose database is unknown counts.
const HORIZON = `snapshot AS MATERIALIZED (
  SELECT pg_current_snapshot() AS taken
), elsewhere AS MATERIALIZED (
  SELECT l.transactionid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
    AND a.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
), horizon AS MATERIALIZED (
  SELECT coalesce(min(open.xid::text::bigint) FILTER (WHERE NOT EXISTS (SELECT FROM elsewhere e WHERE e.transactionid = open.xid::xid)),
    min(pg_snapshot_xmax(taken)::text::bigint)) AS xid
  FROM snapshot LEFT JOIN LATERAL pg_snapshot_xip(taken) AS open(xid) ON true
)`

// Includes the timeline: after a restore or a failover, transaction numbers may be reused for other changes.
const READ = `
WITH ${HORIZON}
SELECT (SELECT xid::text FROM horizon) AS horizon,
  (SELECT system_identifier::text FROM pg_control_system()) || '-' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS cluster,
  (SELECT last_value::text FROM record_docs) AS "lastDoc"`

export const readChangeHead = async ({ pool }: Pick<Database, 'pool'>): Promise<ChangeHead> => {
  const { rows } = await pool.query<ChangeHead>({ name: 'inlet-change-head', text: READ })
  const [head] = rows
  if (head === undefined) throw new Error('the database does not say which transactions are open')
  return head
}

const NEWEST = `
WITH ${HORIZON}
SELECT xid::text, id::text FROM record_changes WHERE xid < (SELECT xid FROM horizon) ORDER BY xid DESC, id DESC LIMIT 1`

/** Returns the position of the last readable change; null when there is none. */
export const readNewestChange = async ({ pool }: Pick<Database, 'pool'>): Promise<{ readonly xid: string; readonly id: string } | null> => {
  const { rows } = await pool.query<{ xid: string; id: string }>({ name: 'inlet-newest-change', text: NEWEST })
  return rows[0] ?? null
}

const LAG = `
SELECT extract(epoch FROM clock_timestamp() - min(at))::float8 AS seconds, coalesce(sum(records), 0)::int AS waiting
FROM (SELECT at, records FROM record_changes
  WHERE (xid, id) > ($1::bigint, $2::bigint) AND ($3::uuid[] = '{}' OR source_id = ANY($3::uuid[]) OR gone_source_id = ANY($3::uuid[]))
  ORDER BY xid, id LIMIT 10000) c`

/**
 * Returns what a reader of these sources (all, if none are given) has yet to read after this log position: the changes in the next 10,000 rows, and
 * the age of the oldest in seconds.
 */
export const readChangeLag = async (
  { pool }: Pick<Database, 'pool'>,
  { xid, id, sources }: { readonly xid: string; readonly id: string; readonly sources: readonly string[] },
): Promise<{ readonly waiting: number; readonly seconds: number | null }> => {
  const { rows } = await pool.query<{ seconds: number | null; waiting: number }>(LAG, [xid, id, sources])
  return rows[0] ?? { waiting: 0, seconds: null }
}
