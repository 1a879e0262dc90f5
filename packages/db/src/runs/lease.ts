import { type CaveatTally, DEATHS_TO_ISOLATE, type RunTrigger } from '@inlet/domain'
import type pg from 'pg'
import { CREDENTIAL_OF_SOURCE, STORED_CREDENTIAL_JSON, type StoredCredential } from '../credentials/stored-credential.js'
import type { Database } from '../database.js'
import { insertEvents } from '../events/write-event.js'
import { beginAttempt } from './attempts.js'
import { openBackfillCursors } from './backfill-cursors.js'
import { claimProcess, isFreeFor } from './claim-process.js'
import { classifyLostRun } from './classify-lost-run.js'
import type { BackfillPlan } from './create-run.js'
import { endRun } from './end-run.js'
import { failToBegin, isPassing } from './fail-to-begin.js'

/** What a worker needs to run a source: where to continue, and under which epoch. */
export interface LeasedRun {
  readonly runId: string
  readonly sourceId: string
  readonly sourceName: string
  readonly connector: string
  readonly epoch: number
  /** The first free sequence number for batches of the run. */
  readonly nextSeq: number
  readonly version: {
    readonly id: string
    readonly number: number
    readonly config: unknown
    readonly mapping: unknown
    /** Whether workers are known to be able to open it. */
    readonly opened: boolean
  }
  /** Of the source's connections: one of an earlier generation must not be used. */
  readonly generation: number
  readonly trigger: RunTrigger
  /** What a backfill reads again; null for other runs. A backfill has its own cursors. */
  readonly backfill: BackfillPlan | null
  /** The credential of the source, its own or a shared one; null without one. */
  readonly credential: StoredCredential | null
  readonly allowMassDelete: boolean
  readonly attempt: number
  readonly cursors: ReadonlyMap<string, unknown>
  /** The existing streams of the source, by name. */
  readonly streams: ReadonlyMap<string, KnownStream>
  readonly liveRecords: number
  /** What earlier attempts of this run stored; the forwarded counts continue from here. */
  readonly committedBatches: number
  readonly committedBytes: number
  /** Records read by earlier attempts of this run. */
  readonly recordsRead: number
  /** The caveats that earlier attempts of this run reported. */
  readonly caveats: CaveatTally
}

/** A stream as it was when the lease was taken. */
export interface KnownStream {
  readonly kind: string
  readonly catalog: boolean
  /** Of the mapping it was last read with; null without one. */
  readonly mappingHash: string | null
  /** Whether it is being read from the beginning because its mapping changed. */
  readonly rereads: boolean
  /** Whether it has records, and whole sweeps have decided which of them exist. */
  readonly isSwept: boolean
}

export type LeaseResult =
  | { readonly taken: true; readonly run: LeasedRun }
  /**
   * `held`: another worker has it until `until`. `gone`: ended, cancelled or deleted. `suspended`: it ended its worker too often. `busy`: it, or
   * another run, must be alone in this process.
   */
  | { readonly taken: false; readonly because: 'held' | 'gone' | 'suspended' | 'parked' | 'busy'; readonly until?: Date }

interface Row {
  readonly id: string
  readonly source_id: string
  readonly status: string
  readonly attempt: number
  readonly prefix_seq: number
  readonly allow_mass_delete: boolean
  readonly cancel_requested_at: Date | null
  readonly wake_at: Date | null
  readonly records_read: string
  readonly caveats: CaveatTally | null
  readonly epoch: string
  readonly committed_batches: number
  readonly committed_bytes: string
  readonly waking: boolean
  readonly holder: string | null
  readonly isolated_until: Date | null
  readonly life_ms: number
}

/** The rows as they were when they were locked. */
type Locked = { readonly [K in keyof Row]: Row[K] | null } & {
  /** The lease is in use until then, and nothing was locked. */
  readonly held_until: Date | null
  /** Null without a lease. */
  readonly lease_live: boolean | null
  readonly lease_expires_at: Date | null
  readonly deaths: number | null
}

interface LeaseRequest {
  readonly runId: string
  /** Identifies the worker. */
  readonly holder: string
  readonly ttlMs: number
}

/**
 * Takes the lease of a run's source, raising its epoch: from then on, batches of earlier holders are fenced. A live lease is not taken, not even by
 * its own worker: a job delivered twice must not end the work of the first delivery. Uses the database's clock. An error that a retry cannot resolve
 * counts against the run, which ends at the third.
 */
export const acquireLease = async (database: Database, request: LeaseRequest): Promise<LeaseResult> => {
  try {
    return await database.keyedTransaction((client) => take(client, request))
  } catch (error) {
    if (isPassing(error)) throw error
    if (await failToBegin(database, request.runId, error)) return { taken: false, because: 'gone' }
    throw error
  }
}

const take = async (client: pg.ClientBase, request: LeaseRequest): Promise<LeaseResult> => {
  const locked = await lock(client, request)
  if (locked.held_until !== null) return { taken: false, because: 'held', until: locked.held_until }
  const run = runOf(locked)
  if (run === null || run.status === 'ended') return { taken: false, because: 'gone' }
  if (run.status === 'parked' && !run.waking && run.wake_at !== null) return { taken: false, because: 'parked', until: run.wake_at }
  if (locked.lease_live === true && locked.lease_expires_at !== null) return { taken: false, because: 'held', until: locked.lease_expires_at }
  if (run.cancel_requested_at !== null) {
    await endRun(client, { runId: run.id, failure: { code: 'cancelled', reason: 'CANCELLED', message: 'cancelled before it began', next: '' } })
    return { taken: false, because: 'gone' }
  }
  let isolates = (locked.deaths ?? 0) >= DEATHS_TO_ISOLATE
  if (run.status === 'running') {
    if (await classifyLostRun(client, run, request)) return { taken: false, because: 'suspended' }
    isolates = (await readDeaths(client, run.source_id)) >= DEATHS_TO_ISOLATE
    await client.query(`SELECT FROM workers WHERE id = $1 FOR ${isolates ? 'UPDATE' : 'KEY SHARE'}`, [request.holder])
  }
  const begun = isolates ? null : await begin(client, { run, ...request, claimed: null })
  if (begun !== null) return { taken: true, run: begun }
  const place = await claimProcess(client, { ...request, isolates, lifeMs: run.life_ms })
  const late = place.free ? await begin(client, { run, ...request, claimed: place }) : null
  if (late !== null) return { taken: true, run: late }
  if (place.free) throw new Error('the version of the run is gone')
  if (run.status === 'running') await requeue(client, run)
  return { taken: false, because: 'busy', until: place.until }
}

const readDeaths = async (client: pg.ClientBase, sourceId: string): Promise<number> => {
  const { rows } = await client.query<{ deaths: number }>('SELECT process_deaths AS deaths FROM sources WHERE id = $1', [sourceId])
  return rows[0]?.deaths ?? 0
}

/** A loss that was classified once must not be classified again at the next attempt. */
const requeue = async (client: pg.ClientBase, run: Row): Promise<void> => {
  await client.query(`UPDATE runs SET status = 'queued', holder = NULL, enqueued_at = clock_timestamp() WHERE id = $1`, [run.id])
  await client.query('UPDATE leases SET run_id = NULL, holder = NULL WHERE source_id = $1', [run.source_id])
}

/**
 * Locks in the order of lock-order.ts, then the worker for `claimProcess`, unless the run's previous attempt was lost, which is examined first. FOR
 * UPDATE of the lease waits for batches that are being applied under the old epoch (they hold KEY SHARE). Nothing is locked while the lease is in
 * use: a delivery that waited for it would block others from the source.
 */
const lock = async (client: pg.ClientBase, request: LeaseRequest): Promise<Locked> => {
  const first = await lockOnce(client, request)
  // The first lease of a source may have been created while this waited for the source's row, and this statement does not see it yet.
  return first.lease_live === null && first.status === 'running' ? await lockOnce(client, request) : first
}

const lockOnce = async (client: pg.ClientBase, { runId, holder }: LeaseRequest): Promise<Locked> => {
  const { rows } = await client.query<Locked>({ name: 'inlet-lock-lease', text: LOCK, values: [runId, holder] })
  const row = rows[0]
  if (row === undefined) throw new Error('one row is always given')
  return row
}

const runOf = (locked: Locked): Row | null => (locked.id === null ? null : (locked as Row))

// Runs that need not be alone share the row of their worker, which its heartbeats may change meanwhile; one that must be alone locks it exclusively.
// Counting what was locked before puts the locks in order, as in lock-order.ts.
const LOCK = `
WITH known AS MATERIALIZED (
  SELECT r.source_id, l.expires_at AS held_until FROM runs r
  LEFT JOIN leases l ON l.source_id = r.source_id AND l.run_id IS NOT NULL AND l.expires_at > clock_timestamp() WHERE r.id = $1
), source AS MATERIALIZED (
  SELECT id, process_deaths FROM sources WHERE id = (SELECT source_id FROM known WHERE held_until IS NULL) FOR NO KEY UPDATE
), lease AS MATERIALIZED (
  SELECT run_id, expires_at FROM leases WHERE source_id = (SELECT id FROM source) FOR UPDATE
), run AS MATERIALIZED (
  SELECT id, source_id, status, attempt, prefix_seq, allow_mass_delete, cancel_requested_at, wake_at, records_read, progress->'caveats' AS caveats, epoch, committed_batches, committed_bytes,
    holder, isolated_until, coalesce(extract(epoch FROM (SELECT w.heartbeat_at FROM workers w WHERE w.id = runs.holder) - attempt_at) * 1000, 0)::float8 AS life_ms,
    wake_at <= clock_timestamp() + interval '1 second' AS waking
  FROM runs WHERE id = $1 AND (SELECT count(*) FROM source) > 0 AND (SELECT count(*) FROM lease) >= 0 FOR UPDATE
), worker AS MATERIALIZED (
  SELECT id FROM workers WHERE id = $2 AND (SELECT status FROM run) IN ('queued', 'parked') AND (SELECT process_deaths FROM source) < ${DEATHS_TO_ISOLATE} FOR KEY SHARE
), alone AS MATERIALIZED (
  SELECT id FROM workers WHERE id = $2 AND (SELECT status FROM run) IN ('queued', 'parked') AND (SELECT process_deaths FROM source) >= ${DEATHS_TO_ISOLATE} FOR UPDATE
)
SELECT run.*, (SELECT held_until FROM known) AS held_until, (SELECT process_deaths FROM source) AS deaths, (SELECT count(*) FROM worker) + (SELECT count(*) FROM alone) AS workers,
  (SELECT run_id IS NOT NULL AND expires_at > clock_timestamp() FROM lease) AS lease_live, (SELECT expires_at FROM lease) AS lease_expires_at
FROM (SELECT 1) one LEFT JOIN run ON true`

const SOURCE = `
SELECT s.name, s.connector, s.generation, r.trigger, r.backfill, v.id AS version_id, v.number, v.config, v.mapping, v.loaded_at IS NOT NULL AND v.load_failed_at IS NULL AS opened, ${STORED_CREDENTIAL_JSON} AS credential,
       (SELECT coalesce(sum(live_records), 0) FROM streams WHERE source_id = s.id) AS live_records,
       (SELECT coalesce(max(seq), 0)::int FROM ledger WHERE run_id = $2) AS last_seq,
       (SELECT coalesce(json_agg(json_build_object('name', st.name, 'kind', st.kind, 'catalog', st.catalog, 'cursor', st.cursor, 'mappingHash', st.mapping_hash, 'rereads', st.reread_epoch IS NOT NULL, 'isSwept', st.swept_at IS NOT NULL AND st.live_records > 0)), '[]')
        FROM streams st WHERE st.source_id = s.id) AS streams
FROM sources s JOIN runs r ON r.id = $2 JOIN source_versions v ON v.id = r.version_id ${CREDENTIAL_OF_SOURCE}
WHERE s.id = $1`

// Only in the process of a worker that may take it, unless that was established before ($6).
// Batches beyond a gap of the old attempt are stored but not passed by the cursor: they are read again and found unchanged.
// The event is written only once: a run that is parked repeatedly would push all other events of its source out.
const BEGIN = `
WITH source AS MATERIALIZED (${SOURCE}), lease AS (
  INSERT INTO leases AS l (source_id, epoch, run_id, holder, expires_at)
  SELECT $1, 1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond' FROM source WHERE $6::boolean OR ${isFreeFor('$3', '$2')}
  ON CONFLICT (source_id) DO UPDATE SET epoch = l.epoch + 1, run_id = EXCLUDED.run_id, holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
  RETURNING epoch
), begun AS (
UPDATE runs SET status = 'running', attempt = attempt + 1, epoch = lease.epoch, holder = $3, prefix_seq = (SELECT last_seq FROM source), wake_at = NULL, parked_reason = NULL, parked_message = NULL, error_reason = NULL,
  forwarded_bytes = committed_bytes, forwarded_batches = committed_batches, started_at = coalesce(started_at, clock_timestamp()),
  attempt_at = clock_timestamp(), moved_at = clock_timestamp(), isolated_until = $5, begin_failures = 0, ${beginAttempt('attempt + 1', '$3')}
FROM lease WHERE id = $2 RETURNING lease.epoch, runs.attempt, runs.trigger
), event AS (
${insertEvents(`SELECT $1, $2, 'run.started', 'info', 'run started', jsonb_build_object('trigger', trigger) FROM begun WHERE attempt = 1`)}
)
SELECT source.*, begun.epoch FROM source, begun`

/** Returns null when the worker may not begin it now. */
const begin = async (
  client: pg.ClientBase,
  args: LeaseRequest & { run: Row /** Null: not established. */; claimed: { readonly isolatedUntil: Date | null } | null },
): Promise<LeasedRun | null> => {
  const { run, claimed } = args
  const { rows } = await client.query<SourceRow>({
    name: 'inlet-begin',
    text: BEGIN,
    values: [run.source_id, run.id, args.holder, args.ttlMs, claimed?.isolatedUntil ?? null, claimed !== null],
  })
  const source = rows[0]
  if (source === undefined) return null
  const live = source.streams.flatMap(({ name, cursor }) => (cursor === null ? [] : [[name, cursor] as const]))
  const { backfill } = source
  return {
    runId: run.id,
    sourceId: run.source_id,
    sourceName: source.name,
    connector: source.connector,
    epoch: Number(source.epoch),
    nextSeq: source.last_seq + 1,
    version: { id: source.version_id, number: source.number, config: source.config, mapping: source.mapping, opened: source.opened },
    generation: source.generation,
    trigger: source.trigger,
    backfill,
    credential: source.credential,
    allowMassDelete: run.allow_mass_delete,
    attempt: run.attempt + 1,
    cursors: backfill === null ? new Map(live) : await openBackfillCursors(client, { sourceId: run.source_id, runId: run.id, backfill }),
    streams: new Map(
      source.streams.map(({ name, kind, catalog, mappingHash, rereads, isSwept }) => [name, { kind, catalog, mappingHash, rereads, isSwept }]),
    ),
    liveRecords: Number(source.live_records),
    committedBatches: run.committed_batches,
    committedBytes: Number(run.committed_bytes),
    recordsRead: Number(run.records_read),
    caveats: run.caveats ?? {},
  }
}

interface SourceRow {
  readonly epoch: string
  readonly name: string
  readonly connector: string
  readonly version_id: string
  readonly number: number
  readonly config: unknown
  readonly mapping: unknown
  readonly opened: boolean
  readonly generation: number
  readonly trigger: RunTrigger
  readonly backfill: BackfillPlan | null
  readonly credential: StoredCredential | null
  readonly live_records: string
  readonly last_seq: number
  readonly streams: readonly (KnownStream & { readonly name: string; readonly cursor: unknown })[]
}
