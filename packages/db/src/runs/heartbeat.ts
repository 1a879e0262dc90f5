import { CREDENTIAL_OF_SOURCE } from '../credentials/stored-credential.js'
import type { Database } from '../database.js'

export interface Heartbeat {
  readonly sourceId: string
  readonly runId: string
  readonly epoch: number
  /** What the run was started with, so that it learns when the source wants something else. */
  readonly generation: number
  readonly credential: { readonly id: string; readonly place: { readonly version: number } } | null
  readonly ttlMs: number
  readonly recordsRead: number
  readonly forwardedBatches: number
  readonly forwardedBytes: number
  /** Merged into the run's progress. */
  readonly progress: object
}

export interface HeartbeatResult {
  /** False: the lease's row was locked at that moment; the next heartbeat tries again. */
  readonly renewed: boolean
  /** False: another worker has taken over, or the run has ended. The worker must stop at once. */
  readonly held: boolean
  readonly cancelRequested: boolean
  /** The source is not ACTIVE, has a version, generation or credential other than the run's, or has records to retry that wait for the run's end. */
  readonly outdated: boolean
  /** Bytes forwarded but not yet stored, over all runs. */
  readonly backlogBytes: number
}

/**
 * Renews the lease and publishes progress. One round trip that waits for no lock: the scribe may hold the row of a run for as long as a sweep takes,
 * and a lease lost to that wait would look like the death of its worker.
 */
export const heartbeat = async (database: Database, report: Heartbeat): Promise<HeartbeatResult> => {
  const { rows } = await database.pool.query<{ held: boolean; renewed: boolean; cancel: boolean; outdated: boolean; backlog: string }>({
    name: 'inlet-heartbeat',
    text: `WITH mine AS (
        SELECT run_id, epoch FROM leases WHERE source_id = $1 AND run_id = $2 AND epoch = $3
      ), run AS (
        SELECT cancel_requested_at, version_id FROM runs WHERE id = $2 AND epoch = $3 AND status = 'running'
      ), free_lease AS (
        SELECT source_id FROM leases WHERE source_id = $1 AND run_id = $2 AND epoch = $3 FOR NO KEY UPDATE SKIP LOCKED
      ), renewed AS (
        UPDATE leases l SET expires_at = clock_timestamp() + $4 * interval '1 millisecond' FROM free_lease f WHERE l.source_id = f.source_id RETURNING 1
      ), free_run AS (
        SELECT id FROM runs WHERE id = $2 AND epoch = $3 AND status = 'running' FOR NO KEY UPDATE SKIP LOCKED
      ), published AS (
        UPDATE runs r SET records_read = $5, forwarded_batches = $6, forwarded_bytes = $7, progress = progress || $8::jsonb,
          moved_at = CASE WHEN records_read <> $5 OR forwarded_batches <> $6 OR progress || $8::jsonb <> progress THEN clock_timestamp() ELSE moved_at END
        FROM free_run f WHERE r.id = f.id RETURNING 1
      )
      SELECT EXISTS (SELECT FROM mine) AND EXISTS (SELECT FROM run) AS held, EXISTS (SELECT FROM renewed) AS renewed, (SELECT count(*) FROM published) AS published,
        (SELECT cancel_requested_at IS NOT NULL FROM run) AS cancel,
        (SELECT s.status <> 'ACTIVE' OR s.version_id IS DISTINCT FROM run.version_id OR s.generation <> $9
           OR c.id IS DISTINCT FROM $10::uuid OR c.version IS DISTINCT FROM $11::int
           OR EXISTS (SELECT FROM quarantine WHERE source_id = $1 AND state = 'retrying')
         FROM run, sources s ${CREDENTIAL_OF_SOURCE} WHERE s.id = $1) AS outdated,
        (SELECT coalesce(sum(greatest(forwarded_bytes - committed_bytes, 0)), 0) FROM runs WHERE status = 'running') AS backlog`,
    values: [
      report.sourceId,
      report.runId,
      report.epoch,
      report.ttlMs,
      report.recordsRead,
      report.forwardedBatches,
      report.forwardedBytes,
      JSON.stringify(report.progress),
      report.generation,
      report.credential?.id ?? null,
      report.credential?.place.version ?? null,
    ],
  })
  const row = rows[0]
  return {
    held: row?.held === true,
    renewed: row?.renewed === true,
    cancelRequested: row?.cancel === true,
    outdated: row?.outdated === true,
    backlogBytes: Number(row?.backlog ?? 0),
  }
}

export interface CommitState {
  readonly runId: string
  readonly highWaterMark: number
  readonly errorReason: string | null
}

/** Returns how far the scribe has stored these runs. */
export const readCommitStates = async (database: Database, runIds: readonly string[]): Promise<readonly CommitState[]> => {
  const { rows } = await database.keyed.query<CommitState>({
    name: 'inlet-commit-states',
    text: 'SELECT id AS "runId", prefix_seq AS "highWaterMark", error_reason AS "errorReason" FROM runs WHERE id = ANY($1::uuid[])',
    values: [runIds],
  })
  return rows
}

/** Returns which batches of the run, from `fromSeq` on, are already stored. */
export const readStoredSeqs = async (database: Database, runId: string, fromSeq: number): Promise<ReadonlySet<number>> => {
  const { rows } = await database.pool.query<{ seq: number }>('SELECT seq FROM ledger WHERE run_id = $1 AND seq >= $2', [runId, fromSeq])
  return new Set(rows.map(({ seq }) => seq))
}

/** Creates those streams of a source that are new. `mappingHash`: of the mapping they are read with. */
export const ensureStreams = async (
  database: Database,
  sourceId: string,
  streams: readonly { readonly name: string; readonly kind: string; readonly catalog?: boolean; readonly mappingHash?: string | null }[],
): Promise<void> => {
  await database.keyed.query({
    name: 'inlet-ensure-streams',
    text: `WITH source AS (SELECT FROM sources WHERE id = $1 AND deleting_at IS NULL FOR KEY SHARE)
     INSERT INTO streams (source_id, name, kind, catalog, mapping_hash)
     SELECT $1, name, kind, catalog, hash FROM unnest($2::text[], $3::text[], $4::bool[], $5::text[]) AS s(name, kind, catalog, hash), source
     ON CONFLICT (source_id, name) DO UPDATE SET kind = EXCLUDED.kind, catalog = EXCLUDED.catalog
     WHERE (streams.kind, streams.catalog) <> (EXCLUDED.kind, EXCLUDED.catalog)`,
    values: [
      sourceId,
      streams.map(({ name }) => name),
      streams.map(({ kind }) => kind),
      streams.map(({ catalog }) => catalog ?? false),
      streams.map(({ mappingHash }) => mappingHash ?? null),
    ],
  })
}
