import {
  type CaveatTally,
  decideOutcome,
  FAILURE_CODES,
  type FailureCode,
  isRechecked,
  probeDelayMs,
  REASONS,
  type RunOutcome,
  restartDelayMs,
  type SourceStatus,
  warningsOf,
} from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'
import { type NewEvent, writeEvent } from '../events/write-event.js'
import { reopenUntried } from '../quarantine/reopen-untried.js'
import { scheduleRecheck } from '../rechecks/schedule-recheck.js'
import { endAttempt } from './attempts.js'
import { lockSourceAndLease } from './lock-order.js'

export interface RunFailure {
  readonly code: FailureCode
  readonly reason: string
  readonly message: string
  readonly next: string
}

export interface RunEnd {
  readonly runId: string
  /** Absent: ended from outside a lease (cancelled before it began, suspended). */
  readonly epoch?: number
  readonly failure?: RunFailure | undefined
  readonly streams?: readonly { readonly name: string; readonly error?: RunFailure | undefined; readonly incomplete?: RunFailure | undefined }[]
  readonly provedUnchanged?: boolean
  /** It listened to a continuous source. */
  readonly listened?: boolean
  readonly recordsRead?: number
  readonly progress?: object
  /** What was guessed or left out; too much of it makes the run `partial`. */
  readonly caveats?: CaveatTally
}

/** Ends a run, decides its outcome, and lets the source know. Null when this worker no longer holds the run. */
export const finishRun = (database: Database, end: RunEnd): Promise<RunOutcome | null> => database.transaction((client) => endRun(client, end))

interface RunRow {
  readonly source_id: string
  readonly status: string
  readonly trigger: string
  readonly epoch: string
  readonly error_reason: string | null
  readonly changed: string
  readonly unchanged: string
  readonly quarantined: string
  readonly live_records: string
  readonly warnings: number
  /** Whether another version has become live since the run began. */
  readonly superseded: boolean
}

const LOCK = `
SELECT r.source_id, r.status, r.trigger, r.epoch, r.error_reason, r.inserted + r.updated + r.deleted AS changed, r.unchanged, r.quarantined,
  (SELECT coalesce(sum(live_records), 0) FROM streams st WHERE st.source_id = r.source_id) AS live_records,
  jsonb_array_length(coalesce(r.progress->'warnings', '[]')) AS warnings,
  r.version_id IS DISTINCT FROM (SELECT version_id FROM sources s WHERE s.id = r.source_id) AS superseded
FROM runs r WHERE r.id = $1 FOR UPDATE`

export const endRun = async (client: pg.ClientBase, end: RunEnd): Promise<RunOutcome | null> => {
  await lockSourceAndLease(client, end.runId)
  const { rows } = await client.query<RunRow>(LOCK, [end.runId])
  const run = rows[0]
  if (run === undefined || run.status === 'ended' || (end.epoch !== undefined && Number(run.epoch) !== end.epoch)) return null
  const failure = end.failure ?? storedFailure(run)
  const failedStreams = (end.streams ?? []).filter(({ error }) => error !== undefined)
  const warnings = warningsOf(end.caveats ?? {})
  const incomplete = (end.streams ?? []).flatMap((stream) => stream.incomplete ?? [])
  const outcome = decideOutcome({
    failure: failure?.code ?? null,
    failedStreams: failedStreams.length,
    incompleteStreams: incomplete.length,
    streams: end.streams?.length ?? 0,
    changed: Number(run.changed),
    unchanged: Number(run.unchanged),
    quarantined: Number(run.quarantined),
    liveBefore: Number(run.live_records),
    provedUnchanged: end.provedUnchanged ?? false,
    listened: end.listened ?? false,
    warnings: run.warnings + warnings.length,
  })
  const shown = failure ?? failedStreams[0]?.error ?? incomplete[0]
  await client.query(
    `UPDATE runs SET status = 'ended', outcome = $2, finished_at = clock_timestamp(), ${endAttempt('ended')}, error_reason = $3, error_message = $4, error_next = $5, forwarded_batches = committed_batches, forwarded_bytes = committed_bytes,
       records_read = coalesce($6, records_read), progress = CASE WHEN $8::jsonb = '[]' THEN progress || $7::jsonb
         ELSE progress || $7::jsonb || jsonb_build_object('warnings', coalesce(progress->'warnings', '[]') || $8::jsonb) END WHERE id = $1`,
    [
      end.runId,
      outcome,
      shown?.reason ?? null,
      shown?.message.slice(0, 2000) ?? null,
      shown?.next ?? null,
      end.recordsRead ?? null,
      JSON.stringify({ ...end.progress, ...(end.caveats === undefined ? {} : { caveats: end.caveats }) }),
      JSON.stringify(warnings),
    ],
  )
  await client.query('UPDATE leases SET run_id = NULL, holder = NULL, expires_at = clock_timestamp() WHERE source_id = $1 AND run_id = $2', [
    run.source_id,
    end.runId,
  ])
  await client.query('DELETE FROM sweep_seen WHERE run_id = $1', [end.runId])
  const ended = { sourceId: run.source_id, runId: end.runId, outcome, shown, superseded: run.superseded }
  // A backfill or a retry says nothing of how fresh the source is, nor does its failure stop what reads on from the live cursors.
  if (run.trigger === 'quarantine' && (outcome === 'failed' || outcome === 'cancelled')) await reopenUntried(client, run.source_id, end.runId)
  if (run.trigger === 'backfill' || run.trigger === 'quarantine')
    await client.query('UPDATE sources SET process_deaths = 0 WHERE id = $1', [run.source_id])
  else await updateSource(client, ended)
  await announce(client, { ...ended, trigger: run.trigger })
  return outcome
}

/** What the scribe found out about the run, whether or not its worker saw it in time. */
const storedFailure = (run: RunRow): RunFailure | undefined => {
  if (run.error_reason === 'QUARANTINE_BUDGET')
    return toFailure('QUARANTINE_BUDGET', `${run.quarantined} records could not be stored, more than the run may quarantine`)
  if (run.error_reason === 'BATCH_MISMATCH')
    return toFailure('BATCH_MISMATCH', 'a batch of the run was refused, since it is not the one that was forwarded')
  return undefined
}

const toFailure = (reason: 'QUARANTINE_BUDGET' | 'BATCH_MISMATCH', message: string): RunFailure => ({
  code: REASONS[reason].code,
  reason,
  message,
  next: REASONS[reason].next,
})

const LEVEL: Readonly<Record<RunOutcome, NewEvent['level']>> = {
  ok: 'info',
  ok_nothing_new: 'info',
  suspect_empty: 'warn',
  partial: 'warn',
  failed: 'error',
  cancelled: 'info',
}

interface Ended {
  readonly sourceId: string
  readonly runId: string
  readonly outcome: RunOutcome
  readonly shown: RunFailure | undefined
  readonly superseded: boolean
}

/** What ends the ERROR of a source: a run that did not fail or, when its runs were said to end their worker, any that came to an end. */
const LIFTS = `($3 <> 'cancelled' AND (NOT $4 OR status_reason = 'POISON_SOURCE'))`

const updateSource = async (client: pg.ClientBase, args: Ended): Promise<void> => {
  const { outcome, shown } = args
  const failed = outcome === 'failed'
  // Settings that could not work say nothing of the version that is live by now.
  const moot = args.superseded && shown?.code === 'config_invalid'
  const stops = failed && shown !== undefined && FAILURE_CODES[shown.code].retry === 'never' && !moot
  const { rows } = await client.query<SourceAfter>(
    `UPDATE sources SET last_run_id = $2, last_outcome = $3,
       last_success_at = CASE WHEN $3 IN ('ok', 'ok_nothing_new', 'partial') THEN clock_timestamp() ELSE last_success_at END,
       consecutive_failures = CASE WHEN $4 THEN consecutive_failures + 1 WHEN $3 = 'cancelled' THEN consecutive_failures ELSE 0 END,
       process_deaths = CASE WHEN $4 THEN process_deaths ELSE 0 END,
       status = CASE WHEN $5 AND status NOT IN ('PAUSED', 'STOPPED') THEN 'ERROR' WHEN status = 'ERROR' AND ${LIFTS} THEN 'ACTIVE' ELSE status END,
       status_reason = CASE WHEN $5 THEN $6 WHEN NOT ${LIFTS} THEN status_reason END,
       status_message = CASE WHEN $5 THEN $7 WHEN NOT ${LIFTS} THEN status_message END,
       last_error_reason = coalesce($6, last_error_reason), last_error_message = coalesce($7, last_error_message),
       last_error_at = CASE WHEN $6::text IS NULL THEN last_error_at ELSE clock_timestamp() END,
       restart_at = NULL
     WHERE id = $1 RETURNING consecutive_failures, process_deaths, status, status_reason`,
    [args.sourceId, args.runId, outcome, failed, stops, shown?.reason ?? null, shown?.message.slice(0, 2000) ?? null],
  )
  const source = rows[0]
  if (source === undefined) return
  const inError = source.status === 'ERROR'
  if (inError && source.status_reason === 'POISON_SOURCE') await restartIn(client, args.sourceId, probeDelayMs(source.process_deaths))
  else if (failed && inError && isRechecked(source.status_reason)) await scheduleRecheck(client, args.sourceId, source.consecutive_failures === 1)
  else if (failed && !stops) await restartIn(client, args.sourceId, restartDelayMs(source.consecutive_failures, Math.random()))
  else if (!failed && outcome !== 'cancelled') await client.query('DELETE FROM rechecks WHERE source_id = $1', [args.sourceId])
}

interface SourceAfter {
  readonly consecutive_failures: number
  readonly process_deaths: number
  readonly status: SourceStatus
  readonly status_reason: string | null
}

/** A suspended source is tried again as well: what ended its worker may be gone, or never have been its fault. */
const restartIn = async (client: pg.ClientBase, sourceId: string, delayMs: number): Promise<void> => {
  await client.query(
    `UPDATE sources SET restart_at = clock_timestamp() + $2 * interval '1 millisecond' WHERE id = $1
       AND (status = 'ACTIVE' OR (status = 'ERROR' AND status_reason = 'POISON_SOURCE'))`,
    [sourceId, delayMs],
  )
}

const announce = async (client: pg.ClientBase, args: Ended & { readonly trigger: string }): Promise<void> => {
  const { outcome, shown, trigger } = args
  await writeEvent(client, {
    sourceId: args.sourceId,
    runId: args.runId,
    type: 'run.ended',
    level: LEVEL[outcome],
    message: shown === undefined ? `run ended: ${outcome}` : `run ended: ${outcome}: ${shown.message.slice(0, 500)}`,
    data: { outcome, trigger, ...(shown === undefined ? {} : { reason: shown.reason, next: shown.next }) },
  })
}
