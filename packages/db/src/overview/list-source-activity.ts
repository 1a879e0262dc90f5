import type { Database } from '../database.js'

export interface SourceActivityBucket {
  readonly at: Date
  /** This and the next three are null before the oldest run that is kept, if older ones were removed. */
  readonly runs: number | null
  readonly failed: number | null
  readonly records: number | null
  readonly quarantined: number | null
  /** Median seconds from the start to the end of runs; null when none ended. */
  readonly durationSeconds: number | null
  /** Seconds from the last success to the end of the bucket; null before the first known success. */
  readonly lagSeconds: number | null
}

/** Lists the activity of one source, in buckets of equal length, oldest first, including empty ones. The last bucket is not over yet. */
export const listSourceActivity = async (
  database: Pick<Database, 'pool'>,
  request: { readonly sourceId: string; readonly buckets: number; readonly bucketSeconds: number },
): Promise<readonly SourceActivityBucket[]> => {
  // SQL: runs are summed up by the time they ended. The number of runs kept per source is bounded, so all of them are scanned.
  const { rows } = await database.pool.query<SourceActivityBucket>(
    `WITH edges AS (
       SELECT n, to_timestamp((floor(extract(epoch FROM now()) / $3) - $2 + 1 + n) * $3) AS at FROM generate_series(0, $2 - 1) n
     ), mine AS MATERIALIZED (
       SELECT outcome, finished_at, inserted + updated + deleted AS records, quarantined, extract(epoch FROM finished_at - started_at) AS duration
       FROM runs WHERE source_id = $1 AND finished_at IS NOT NULL
     ), known AS (
       SELECT CASE WHEN EXISTS (SELECT FROM history_days WHERE source_id = $1 AND kind = 'run') THEN coalesce(min(finished_at), 'infinity') ELSE '-infinity' END AS since
       FROM mine
     )
     SELECT e.at, CASE WHEN k.covered THEN count(r.finished_at)::int END AS runs,
       CASE WHEN k.covered THEN count(*) FILTER (WHERE r.outcome = 'failed')::int END AS failed,
       CASE WHEN k.covered THEN coalesce(sum(r.records), 0)::float8 END AS records,
       CASE WHEN k.covered THEN coalesce(sum(r.quarantined), 0)::float8 END AS quarantined,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY r.duration)::float8 AS "durationSeconds",
       (SELECT extract(epoch FROM least(now(), e.at + $3 * interval '1 second') - max(s.finished_at))::float8 FROM mine s
        WHERE s.outcome IN ('ok', 'ok_nothing_new', 'partial') AND s.finished_at < e.at + $3 * interval '1 second') AS "lagSeconds"
     FROM edges e CROSS JOIN LATERAL (SELECT e.at + $3 * interval '1 second' > known.since AS covered FROM known) k
     LEFT JOIN mine r ON r.finished_at >= e.at AND r.finished_at < e.at + $3 * interval '1 second'
     GROUP BY e.at, k.covered ORDER BY e.at`,
    [request.sourceId, request.buckets, request.bucketSeconds],
  )
  return rows
}
