import type { RunStatus } from '@inlet/domain'
import type { Database } from '../database.js'

export interface ActivityBucket {
  readonly at: Date
  readonly runs: number
  readonly failed: number
  readonly records: number
  readonly quarantined: number
  /** Median seconds from being due (or requested) to the end; null when no run ended. */
  readonly delaySeconds: number | null
}

/** Lists what ended recently, in buckets of equal length, oldest first, including empty ones. */
export const listActivity = async (
  database: Database,
  request: { readonly buckets: number; readonly bucketSeconds: number },
): Promise<readonly ActivityBucket[]> => {
  // SQL: runs are summed up by the time they ended. They are found by the index on their creation, so one that took longer than a day to end is left
  // out.
  const { rows } = await database.pool.query<ActivityBucket>(
    `WITH edges AS (
       SELECT generate_series(0, $1 - 1) AS n, to_timestamp((floor(extract(epoch FROM now()) / $2) - $1 + 1) * $2) AS first
     ), ended AS (
       SELECT floor(extract(epoch FROM finished_at - (SELECT min(first) FROM edges)) / $2)::int AS n, outcome,
         inserted + updated + deleted AS records, quarantined, extract(epoch FROM finished_at - coalesce(scheduled_for, created_at)) AS delay
       FROM runs WHERE created_at >= (SELECT min(first) FROM edges) - interval '1 day' AND finished_at >= (SELECT min(first) FROM edges)
     )
     SELECT e.first + e.n * $2 * interval '1 second' AS at, count(r.n)::int AS runs, count(*) FILTER (WHERE r.outcome = 'failed')::int AS failed,
       coalesce(sum(r.records), 0)::float8 AS records, coalesce(sum(r.quarantined), 0)::float8 AS quarantined,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY r.delay)::float8 AS "delaySeconds"
     FROM edges e LEFT JOIN ended r ON r.n = e.n GROUP BY e.n, e.first ORDER BY e.n`,
    [request.buckets, request.bucketSeconds],
  )
  return rows
}

export interface Backlog {
  readonly activeRuns: Readonly<Record<RunStatus, number>>
  readonly waitingBatches: number
}

/** Counts runs that have not ended, by status, and their batches that are not stored yet. */
export const getBacklog = async (database: Database): Promise<Backlog> => {
  const { rows } = await database.pool.query<{ status: RunStatus; n: number; batches: number }>(
    `SELECT status, count(*)::int AS n, sum(greatest(forwarded_batches - committed_batches - fenced_batches - duplicate_batches, 0))::int AS batches
     FROM runs WHERE status <> 'ended' GROUP BY status`,
  )
  const activeRuns = { queued: 0, running: 0, parked: 0, ended: 0 }
  for (const { status, n } of rows) activeRuns[status] = n
  return { activeRuns, waitingBatches: rows.reduce((sum, { batches }) => sum + batches, 0) }
}
