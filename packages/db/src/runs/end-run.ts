import {
  type CaveatTally,
  decideOutcome,
  FAILURE_CODES,
  type FailureCode,
  isRechecked,
  nextStepOf,
  probeDelayMs,
  REASONS,
  type RunOutcome,
  restartDelayMs,
  type SourceStatus,
  warningsOf,
} from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'
import { insertEvents, type NewEvent } from '../events/write-event.js'
import { scheduleRecheck } from '../rechecks/claim-rechecks.js'
import { endAttempt } from './attempts.js'
import { lockSourceAndLease } from './lock-order.js'
import { columnsOf, insertLogLines, type NewLogLine } from './run-logs.js'

export interface RunFailure {
  readonly code: FailureCode
  readonly reason: string
  readonly message: string
  readonly next: string
}

export interface RunEnd {
  readonly runId: string
  /** Absent: ended without a lease (cancelled before it began, or suspended). */
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
  /** The last lines of its log. */
  readonly log?: readonly NewLogLine[]
}

/** Ends a run, decides its outcome, and updates the source. Returns null when this worker no longer holds the run. */
export const finishRun = async (database: Database, end: RunEnd): Promise<RunOutcome | null> =>
  (await database.keyedTransaction((client) => endRun(client, end)))?.outcome ?? null

export interface EndedRun {
  readonly outcome: RunOutcome
  /** Whether records of the source are waiting to be retried by a run of their own. */
  readonly retriesWait: boolean
}

/** Like `finishRun`, but also returns what is waiting for the end of the run. */
export const finishLeasedRun = (database: Database, end: RunEnd): Promise<EndedRun | null> =>
  database.keyedTransaction((client) => endRun(client, end))

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
  /** Whether another version has gone live since the run began. */
  readonly superseded: boolean
  readonly retries_wait: boolean
  /** What most of the records that could not be stored have in common, if there were too many. */
  readonly quarantined_for: { readonly reason: string; readonly message: string } | null
}

const FACTS = `
SELECT r.source_id, r.status, r.trigger, r.epoch, r.error_reason, r.inserted + r.updated + r.deleted AS changed, r.unchanged, r.quarantined,
  (SELECT coalesce(sum(live_records), 0) FROM streams st WHERE st.source_id = r.source_id) AS live_records,
  jsonb_array_length(coalesce(r.progress->'warnings', '[]')) AS warnings,
  r.version_id IS DISTINCT FROM (SELECT version_id FROM sources s WHERE s.id = r.source_id) AS superseded,
  CASE WHEN r.error_reason = 'QUARANTINE_BUDGET' THEN (SELECT json_build_object('reason', q.reason, 'message', min(q.message)) FROM quarantine q
    WHERE q.source_id = r.source_id AND q.state = 'open' AND q.last_seen_at >= r.started_at GROUP BY q.reason ORDER BY count(*) DESC, q.reason LIMIT 1) END AS quarantined_for,
  EXISTS (SELECT FROM quarantine q WHERE q.source_id = r.source_id AND q.state = 'retrying') AS retries_wait
FROM runs r WHERE r.id = $1`

export const endRun = async (client: pg.ClientBase, end: RunEnd): Promise<EndedRun | null> => {
  await lockSourceAndLease(client, end.runId)
  const { rows } = await client.query<RunRow>({ name: 'inlet-run-facts', text: FACTS, values: [end.runId] })
  const run = rows[0]
  if (run === undefined || run.status === 'ended' || (end.epoch !== undefined && Number(run.epoch) !== end.epoch)) return null
  // The worker knows only the reason.
  const failure = end.failure === undefined || end.failure.reason === run.error_reason ? (storedFailure(run) ?? end.failure) : end.failure
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
  // A backfill or a retry says nothing about the freshness of the source, and its failure does not stop reading from the live cursors.
  const isOwnWork = run.trigger !== 'backfill' && run.trigger !== 'quarantine'
  const failed = outcome === 'failed'
  // A failure of settings that have since been replaced says nothing about the version that is live by now.
  const moot = run.superseded && shown?.code === 'config_invalid'
  const stops = failed && shown !== undefined && FAILURE_CODES[shown.code].retry === 'never' && !moot
  const { rows: sources } = await client.query<SourceAfter>({
    name: `inlet-end ${isOwnWork ? 'own' : 'beside'}`,
    text: isOwnWork ? END_OWN : END_BESIDE,
    values: [
      end.runId,
      outcome,
      shown?.reason ?? null,
      shown?.message.slice(0, 2000) ?? null,
      shown?.next ?? null,
      end.recordsRead ?? null,
      JSON.stringify({ ...end.progress, ...(end.caveats === undefined ? {} : { caveats: end.caveats }) }),
      JSON.stringify(warnings),
      run.source_id,
      ...eventOf({ outcome, shown, trigger: run.trigger }),
      ...columnsOf(end.log ?? []),
      ...(isOwnWork ? [failed, stops] : []),
    ],
  })
  if (run.trigger === 'quarantine' && (failed || outcome === 'cancelled')) await reopenUntried(client, run.source_id, end.runId)
  if (isOwnWork && sources[0] !== undefined) await planNext(client, run.source_id, { failed, stops, source: sources[0] })
  return { outcome, retriesWait: run.retries_wait }
}

/** SQL: what clears the ERROR of a source: a run that did not fail or, if it was suspended for ending its worker, any run that came to an end. */
const LIFTS = `($2 <> 'cancelled' AND (NOT $17 OR status_reason = 'POISON_SOURCE'))`

const SOURCE_AFTER = `last_run_id = $1, last_outcome = $2,
    last_success_at = CASE WHEN $2 IN ('ok', 'ok_nothing_new', 'partial') THEN clock_timestamp() ELSE last_success_at END,
    consecutive_failures = CASE WHEN $17 THEN consecutive_failures + 1 WHEN $2 = 'cancelled' THEN consecutive_failures ELSE 0 END,
    process_deaths = CASE WHEN $17 THEN process_deaths ELSE 0 END,
    status = CASE WHEN $18 AND status NOT IN ('PAUSED', 'STOPPED') THEN 'ERROR' WHEN status = 'ERROR' AND ${LIFTS} THEN 'ACTIVE' ELSE status END,
    status_reason = CASE WHEN $18 THEN $3 WHEN NOT ${LIFTS} THEN status_reason END,
    status_message = CASE WHEN $18 THEN $4 WHEN NOT ${LIFTS} THEN status_message END,
    last_error_reason = coalesce($3, last_error_reason), last_error_message = coalesce($4, last_error_message),
    last_error_at = CASE WHEN $3::text IS NULL THEN last_error_at ELSE clock_timestamp() END,
    restart_at = NULL`

// Ends the lease with the run, and clears what it has seen. All rows that others may want are locked.
const end = (sourceAfter: string, more: string): string => `
WITH run AS (
  UPDATE runs SET status = 'ended', outcome = $2, finished_at = clock_timestamp(), ${endAttempt('ended')}, error_reason = $3, error_message = $4, error_next = $5, forwarded_batches = committed_batches, forwarded_bytes = committed_bytes,
    records_read = coalesce($6, records_read), progress = CASE WHEN $8::jsonb = '[]' THEN progress || $7::jsonb
      ELSE progress || $7::jsonb || jsonb_build_object('warnings', coalesce(progress->'warnings', '[]') || $8::jsonb) END WHERE id = $1 RETURNING id, attempt
), lease AS (
  UPDATE leases SET run_id = NULL, holder = NULL, expires_at = clock_timestamp() WHERE source_id = $9 AND run_id = $1
), seen AS (
  DELETE FROM sweep_seen WHERE run_id = $1
), event AS (
${insertEvents(`VALUES ($9::uuid, $1::uuid, 'run.ended', $10::text, $11::text, $12::jsonb)`)}
), log AS (
${insertLogLines('SELECT id, attempt FROM run', 13)}
)${more}
UPDATE sources SET ${sourceAfter} WHERE id = $9 RETURNING consecutive_failures, process_deaths, status, status_reason`

// After a successful run, no check is needed.
const END_OWN = end(SOURCE_AFTER, `, checks AS (DELETE FROM rechecks WHERE source_id = $9 AND NOT $17::boolean AND $2 <> 'cancelled')`)
const END_BESIDE = end('process_deaths = 0', '')

/** The failure that the scribe recorded on the run, whether or not its worker saw it in time. */
const storedFailure = (run: RunRow): RunFailure | undefined => {
  if (run.error_reason === 'QUARANTINE_BUDGET') return toBudgetFailure(run)
  if (run.error_reason === 'BATCH_MISMATCH')
    return toFailure('BATCH_MISMATCH', 'a batch of the run was refused, since it is not the one that was forwarded')
  return undefined
}

const toBudgetFailure = ({ quarantined, quarantined_for: most }: RunRow): RunFailure => {
  const said = `${quarantined} records could not be stored, more than the run may quarantine`
  const failure = toFailure('QUARANTINE_BUDGET', most === null ? said : `${said}, most of them for ${most.reason}: ${most.message}`)
  return most === null ? failure : { ...failure, next: `${nextStepOf(most.reason)} ${failure.next}` }
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
  readonly outcome: RunOutcome
  readonly shown: RunFailure | undefined
  readonly trigger: string
}

/** Schedules the next attempt of a source whose run did not end well. */
const planNext = async (
  client: pg.ClientBase,
  sourceId: string,
  { failed, stops, source }: { readonly failed: boolean; readonly stops: boolean; readonly source: SourceAfter },
): Promise<void> => {
  const inError = source.status === 'ERROR'
  if (inError && source.status_reason === 'POISON_SOURCE') await restartIn(client, sourceId, probeDelayMs(source.process_deaths))
  else if (failed && inError && isRechecked(source.status_reason)) await scheduleRecheck(client, sourceId, source.consecutive_failures === 1)
  else if (failed && !stops) await restartIn(client, sourceId, restartDelayMs(source.consecutive_failures, Math.random()))
}

interface SourceAfter {
  readonly consecutive_failures: number
  readonly process_deaths: number
  readonly status: SourceStatus
  readonly status_reason: string | null
}

/** A suspended source is tried again as well: what ended its worker may be gone, or may never have been its fault. */
const restartIn = async (client: pg.ClientBase, sourceId: string, delayMs: number): Promise<void> => {
  await client.query(
    `UPDATE sources SET restart_at = clock_timestamp() + $2 * interval '1 millisecond' WHERE id = $1
       AND (status = 'ACTIVE' OR (status = 'ERROR' AND status_reason = 'POISON_SOURCE'))`,
    [sourceId, delayMs],
  )
}

/** Returns level, message and data of the event for the end of a run. */
const eventOf = ({ outcome, shown, trigger }: Ended): readonly string[] => [
  LEVEL[outcome],
  shown === undefined ? `run ended: ${outcome}` : `run ended: ${outcome}: ${shown.message.slice(0, 500)}`,
  JSON.stringify({ outcome, trigger, ...(shown === undefined ? {} : { reason: shown.reason, next: shown.next }) }),
]

/** Reopens what a failed run was to retry and did not resolve: the caller sees the run and may ask again. */
const reopenUntried = async (client: pg.ClientBase, sourceId: string, runId: string): Promise<void> => {
  await client.query(
    `UPDATE quarantine SET state = 'open', state_at = clock_timestamp(), state_by = 'run:' || $2, retry_run_id = $2::uuid WHERE source_id = $1 AND state = 'retrying'`,
    [sourceId, runId],
  )
}
