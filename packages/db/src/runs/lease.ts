import { type CaveatTally, DEATHS_TO_ISOLATE, type RunTrigger } from '@inlet/domain'
import type pg from 'pg'
import { CREDENTIAL_OF_SOURCE, STORED_CREDENTIAL_JSON, type StoredCredential } from '../credentials/find-credential.js'
import type { Database } from '../database.js'
import { beginAttempt } from './attempts.js'
import { openCursors } from './backfill-cursors.js'
import { claimProcess } from './claim-process.js'
import { classifyLostRun } from './classify-lost-run.js'
import type { BackfillPlan } from './create-run.js'
import { endRun } from './end-run.js'
import { failToBegin, isPassing } from './fail-to-begin.js'

/** What a worker needs to read for a source: where to go on, under which epoch. */
export interface LeasedRun {
  readonly runId: string
  readonly sourceId: string
  readonly sourceName: string
  readonly connector: string
  readonly epoch: number
  /** The first free place in the run's sequence of batches. */
  readonly nextSeq: number
  readonly version: { readonly id: string; readonly number: number; readonly config: unknown; readonly mapping: unknown }
  /** Of the source's connections: one of an earlier generation must not be used. */
  readonly generation: number
  readonly trigger: RunTrigger
  /** What a backfill reads again; null for other runs. Its cursors are its own. */
  readonly backfill: BackfillPlan | null
  /** The secrets of the source, its own or shared; null without any. */
  readonly credential: StoredCredential | null
  readonly allowMassDelete: boolean
  readonly attempt: number
  readonly cursors: ReadonlyMap<string, unknown>
  readonly liveRecords: number
  /** What earlier attempts of this run stored; forwarded counts go on from here. */
  readonly committedBatches: number
  readonly committedBytes: number
  /** Records read by earlier attempts of this run. */
  readonly recordsRead: number
  /** What earlier attempts of this run reported of their content. */
  readonly caveats: CaveatTally
}

export type LeaseResult =
  | { readonly taken: true; readonly run: LeasedRun }
  /**
   * `held`: another worker is at it until `until`. `gone`: ended, cancelled or deleted. `suspended`: it ended its worker too often. `busy`: it
   * must be alone in this process, or another run must.
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

interface LeaseRequest {
  readonly runId: string
  /** Names the worker. */
  readonly holder: string
  readonly ttlMs: number
}

/**
 * Takes the lease of a run's source, raising its epoch: from then on batches of earlier holders are fenced. A lease
 * that is kept alive is not taken, be it by this very worker: a job delivered twice must not end the work of the first.
 * Database time decides. An error that trying again does not help with counts against the run, which ends at the third.
 */
export const takeLease = async (database: Database, request: LeaseRequest): Promise<LeaseResult> => {
  const held = await findHeld(database, request.runId)
  if (held !== null) return { taken: false, because: 'held', until: held }
  try {
    return await database.transaction((client) => take(client, request))
  } catch (error) {
    if (isPassing(error)) throw error
    if (await failToBegin(database, request.runId, error)) return { taken: false, because: 'gone' }
    throw error
  }
}

/** Without a lock: whoever waited here for a lease in use would keep the source from others. */
const findHeld = async (database: Database, runId: string): Promise<Date | null> => {
  const { rows } = await database.pool.query<{ expires_at: Date }>(
    'SELECT l.expires_at FROM runs r JOIN leases l ON l.source_id = r.source_id AND l.run_id IS NOT NULL WHERE r.id = $1 AND l.expires_at > clock_timestamp()',
    [runId],
  )
  return rows[0]?.expires_at ?? null
}

const take = async (client: pg.ClientBase, request: LeaseRequest): Promise<LeaseResult> => {
  const lease = await lockLease(client, request.runId)
  const run = await lockRun(client, request.runId)
  if (run === null || run.status === 'ended') return { taken: false, because: 'gone' }
  if (run.status === 'parked' && !run.waking && run.wake_at !== null) return { taken: false, because: 'parked', until: run.wake_at }
  if (lease?.live) return { taken: false, because: 'held', until: lease.expires_at }
  if (run.cancel_requested_at !== null) {
    await endRun(client, { runId: run.id, failure: { code: 'cancelled', reason: 'CANCELLED', message: 'cancelled before it began', next: '' } })
    return { taken: false, because: 'gone' }
  }
  if (run.status === 'running' && (await classifyLostRun(client, run, request))) return { taken: false, because: 'suspended' }
  const { rows: sources } = await client.query<{ deaths: number }>('SELECT process_deaths AS deaths FROM sources WHERE id = $1', [run.source_id])
  const isolates = (sources[0]?.deaths ?? 0) >= DEATHS_TO_ISOLATE
  const place = await claimProcess(client, { ...request, isolates, lifeMs: run.life_ms })
  if (!place.free) {
    if (run.status === 'running') await leaveQueued(client, run)
    return { taken: false, because: 'busy', until: place.until }
  }
  const progress = await client.query<{ seq: number }>('SELECT coalesce(max(seq), 0)::int AS seq FROM ledger WHERE run_id = $1', [run.id])
  return { taken: true, run: await begin(client, { run, lastSeq: progress.rows[0]?.seq ?? 0, isolatedUntil: place.isolatedUntil, ...request }) }
}

/** What was classified once must not be classified again at the next attempt. */
const leaveQueued = async (client: pg.ClientBase, run: Row): Promise<void> => {
  await client.query(`UPDATE runs SET status = 'queued', holder = NULL, enqueued_at = clock_timestamp() WHERE id = $1`, [run.id])
  await client.query('UPDATE leases SET run_id = NULL, holder = NULL WHERE source_id = $1', [run.source_id])
}

/** In the order of lock-order.ts. FOR UPDATE waits for batches that are being applied under the old epoch (they hold KEY SHARE). */
const lockLease = async (client: pg.ClientBase, runId: string): Promise<{ readonly live: boolean; readonly expires_at: Date } | undefined> => {
  const { rows: known } = await client.query<{ source_id: string }>(
    'SELECT id AS source_id FROM sources WHERE id = (SELECT source_id FROM runs WHERE id = $1) FOR NO KEY UPDATE',
    [runId],
  )
  if (known[0] === undefined) return undefined
  const { source_id: sourceId } = known[0]
  await client.query('INSERT INTO leases (source_id, epoch, expires_at) VALUES ($1, 0, now()) ON CONFLICT DO NOTHING', [sourceId])
  const { rows } = await client.query<{ live: boolean; expires_at: Date }>(
    'SELECT run_id IS NOT NULL AND expires_at > clock_timestamp() AS live, expires_at FROM leases WHERE source_id = $1 FOR UPDATE',
    [sourceId],
  )
  return rows[0]
}

const lockRun = async (client: pg.ClientBase, runId: string): Promise<Row | null> => {
  const { rows } = await client.query<Row>(
    `SELECT id, source_id, status, attempt, prefix_seq, allow_mass_delete, cancel_requested_at, wake_at, records_read, progress->'caveats' AS caveats, epoch, committed_batches, committed_bytes,
            holder, isolated_until, coalesce(extract(epoch FROM (SELECT w.heartbeat_at FROM workers w WHERE w.id = runs.holder) - attempt_at) * 1000, 0)::float8 AS life_ms,
            wake_at <= clock_timestamp() + interval '1 second' AS waking FROM runs WHERE id = $1 FOR UPDATE`,
    [runId],
  )
  return rows[0] ?? null
}

const begin = async (client: pg.ClientBase, args: LeaseRequest & { run: Row; lastSeq: number; isolatedUntil: Date | null }): Promise<LeasedRun> => {
  const { run, lastSeq } = args
  const lease = await client.query<{ epoch: string }>(
    `UPDATE leases SET epoch = epoch + 1, run_id = $2, holder = $3, expires_at = clock_timestamp() + $4 * interval '1 millisecond' WHERE source_id = $1 RETURNING epoch`,
    [run.source_id, run.id, args.holder, args.ttlMs],
  )
  const epoch = Number(lease.rows[0]?.epoch)
  // What lies beyond a gap of the old attempt is stored but not passed by the cursor: it is read again and found unchanged.
  await client.query(
    `UPDATE runs SET status = 'running', attempt = attempt + 1, epoch = $2, holder = $3, prefix_seq = $4, wake_at = NULL, parked_reason = NULL, parked_message = NULL, error_reason = NULL,
       forwarded_bytes = committed_bytes, forwarded_batches = committed_batches, started_at = coalesce(started_at, clock_timestamp()),
       attempt_at = clock_timestamp(), moved_at = clock_timestamp(), isolated_until = $5, begin_failures = 0, ${beginAttempt('attempt + 1', '$3')} WHERE id = $1`,
    [run.id, epoch, args.holder, lastSeq, args.isolatedUntil],
  )
  const { rows } = await client.query<SourceRow>(SOURCE, [run.source_id, run.id])
  const source = rows[0]
  if (source === undefined) throw new Error('the version of the run is gone')
  const cursors = await openCursors(client, { sourceId: run.source_id, runId: run.id, backfill: source.backfill })
  return {
    runId: run.id,
    sourceId: run.source_id,
    sourceName: source.name,
    connector: source.connector,
    epoch,
    nextSeq: lastSeq + 1,
    version: { id: source.version_id, number: source.number, config: source.config, mapping: source.mapping },
    generation: source.generation,
    trigger: source.trigger,
    backfill: source.backfill,
    credential: source.credential,
    allowMassDelete: run.allow_mass_delete,
    attempt: run.attempt + 1,
    cursors,
    liveRecords: Number(source.live_records),
    committedBatches: run.committed_batches,
    committedBytes: Number(run.committed_bytes),
    recordsRead: Number(run.records_read),
    caveats: run.caveats ?? {},
  }
}

interface SourceRow {
  readonly name: string
  readonly connector: string
  readonly version_id: string
  readonly number: number
  readonly config: unknown
  readonly mapping: unknown
  readonly generation: number
  readonly trigger: RunTrigger
  readonly backfill: BackfillPlan | null
  readonly credential: StoredCredential | null
  readonly live_records: string
}

const SOURCE = `
SELECT s.name, s.connector, s.generation, r.trigger, r.backfill, v.id AS version_id, v.number, v.config, v.mapping, ${STORED_CREDENTIAL_JSON} AS credential,
       (SELECT coalesce(sum(live_records), 0) FROM streams WHERE source_id = s.id) AS live_records
FROM sources s JOIN runs r ON r.id = $2 JOIN source_versions v ON v.id = r.version_id ${CREDENTIAL_OF_SOURCE}
WHERE s.id = $1`
