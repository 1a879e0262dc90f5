import {
  type ActiveRunFacts,
  type EndedRunFacts,
  isRechecked,
  isUuid,
  type ProcessFacts,
  type RunOutcome,
  type RunStatus,
  type RunTrigger,
  type SourceStatus,
  type StepSecrets,
  type WhyFacts,
} from '@inlet/domain'
import { searchableText } from '@inlet/search'
import type { Database } from '../database.js'
import { FRESH_UNTIL } from '../reconcile/mark-staleness.js'
import { QUARANTINED } from '../sources/source-row.js'
import { ALIVE } from '../workers/worker-repository.js'
import { databaseProblemOf, FREE_CONNECTIONS } from './database-problem.js'

/** The facts stored in the database; the caller adds the state of the queue and the traits of the connector. */
export type StoredWhyFacts = Omit<WhyFacts, 'queueProblem' | 'queuePlace' | 'continuous' | 'pushed'> & {
  readonly sourceId: string
  readonly slug: string
  readonly secrets: StepSecrets
}

interface Row {
  readonly id: string
  readonly slug: string
  readonly now: Date
  readonly deleting: boolean
  readonly deleting_at: Date | null
  readonly status: SourceStatus
  readonly status_reason: string | null
  readonly status_message: string | null
  readonly connector: string
  readonly scheduled: boolean
  readonly next_tick_at: Date | null
  readonly schedule_synced: boolean
  readonly restart_at: Date | null
  readonly recheck: {
    readonly due_at: string
    readonly checked_at: string | null
    readonly reason: string | null
    readonly message: string | null
  } | null
  readonly consecutive_failures: number
  readonly process_deaths: number
  readonly last_success_at: Date | null
  readonly stale_since: Date | null
  readonly last_outcome: RunOutcome | null
  readonly last_reason: string | null
  readonly last_message: string | null
  readonly last_next: string | null
  readonly last_warnings: readonly { reason: string; message: string }[] | null
  readonly last_quarantined: string | null
  readonly last_quarantined_for: EndedRunFacts['quarantinedFor']
  readonly refused_push: { readonly at: string; readonly message: string } | null
  readonly quarantine: WhyFacts['quarantine']
  readonly quarantined: WhyFacts['quarantined']
  readonly secrets: StepSecrets | null
  readonly newest: readonly { readonly key: string; readonly shown: boolean; readonly data: unknown }[] | null
  readonly unindexed: { readonly records: number; readonly problem: string; readonly retry_at: string | null } | null
  readonly open_error: WhyFacts['openError']
  readonly run_id: string | null
  readonly run_trigger: RunTrigger
  readonly run_status: RunStatus
  readonly wake_at: Date | null
  readonly parked_reason: string | null
  readonly parked_message: string | null
  readonly cancelling: boolean
  readonly cancel_requested_at: Date | null
  readonly attempt: number
  readonly moved_at: Date
  readonly isolated_until: Date | null
  readonly begin_failures: number
  readonly begin_error: string | null
  readonly retrying: ActiveRunFacts['retrying']
  readonly records_read: string
  readonly waiting_bytes: string
  readonly holder: string | null
  readonly held_until: Date | null
  readonly read_only: boolean
  readonly free_connections: string
  readonly processes: readonly ProcessFacts[] | null
}

/** A few of the newest records, even if most of them were deleted; large data is assumed to contain something searchable. */
const NEWEST = `
SELECT key, shown, CASE WHEN NOT shown AND size < 10000 THEN data END AS data FROM (
  SELECT t.key, t.deleted_at, t.data, pg_column_size(t.data) AS size, coalesce(t.title, '') <> '' OR coalesce(t.text, '') ~ '\\S' AS shown
  FROM records t WHERE t.source_id = s.id ORDER BY t.fetched_at DESC LIMIT 20) t
WHERE deleted_at IS NULL LIMIT 5`

/** Looked up by number from the few rows with a problem, whatever the statistics say. */
const UNINDEXED = `
SELECT json_build_object('records', count(*), 'problem', min(p.problem), 'retry_at', min(p.retry_at))
FROM (SELECT docs[1] AS doc, problem, retry_at FROM search_pending WHERE problem IS NOT NULL ORDER BY id LIMIT 1000) p
  CROSS JOIN LATERAL (SELECT source_id FROM records WHERE doc_id = p.doc AND deleted_at IS NULL OFFSET 0) t
WHERE t.source_id = s.id HAVING count(*) > 0`

/** Incidents are closed up to a minute later than the last record has left quarantine. */
const IN_QUARANTINE = `EXISTS (SELECT FROM quarantine q WHERE q.source_id = s.id AND q.state IN ('open', 'retrying'))`

// SQL: all facts are read at one moment.
const FACTS = (condition: string): string => `
SELECT s.id, s.slug, clock_timestamp() AS now, s.deleting_at IS NOT NULL AS deleting, s.deleting_at, s.status, s.status_reason, s.status_message, s.connector,
  s.cron IS NOT NULL AS scheduled, s.next_tick_at, s.synced_schedule IS NOT DISTINCT FROM s.cron || ' ' || s.time_zone AS schedule_synced, s.restart_at, s.consecutive_failures,
  (SELECT row_to_json(c) FROM rechecks c WHERE c.source_id = s.id AND s.status = 'ERROR') AS recheck,
  (SELECT json_build_object('message', i.message, 'next', i.next, 'reason',
     (SELECT mode() WITHIN GROUP (ORDER BY q.reason) FROM quarantine q WHERE q.source_id = s.id AND q.state IN ('open', 'retrying')))
   FROM incidents i WHERE i.source_id = s.id AND i.kind = 'quarantine' AND i.closed_at IS NULL AND ${IN_QUARANTINE}) AS quarantine, s.process_deaths,
  (SELECT json_build_object('records', ${QUARANTINED}, 'latestReason', q.reason)
   FROM quarantine q WHERE q.source_id = s.id AND q.state = 'open' ORDER BY q.id DESC LIMIT 1) AS quarantined,
  current_setting('transaction_read_only') = 'on' AS read_only, (${FREE_CONNECTIONS}) AS free_connections,
  (SELECT json_agg(n) FROM (${NEWEST}) n) AS newest, (${UNINDEXED}) AS unindexed,
  (SELECT json_build_object('names', coalesce((SELECT json_agg(k ORDER BY k) FROM jsonb_object_keys(c.sealed->'fields') k), '[]'),
     'credential', CASE WHEN c.name IS NOT NULL THEN json_build_object('id', c.id, 'name', c.name) END)
   FROM credentials c WHERE c.id = s.credential_id OR (s.credential_id IS NULL AND c.source_id = s.id)) AS secrets,
  s.last_success_at, CASE WHEN ${FRESH_UNTIL} <= clock_timestamp() THEN ${FRESH_UNTIL} END AS stale_since, s.last_outcome, e.error_reason AS last_reason, e.error_message AS last_message, e.error_next AS last_next, e.progress->'warnings' AS last_warnings, e.quarantined AS last_quarantined,
  CASE WHEN e.outcome = 'partial' OR e.error_reason = 'QUARANTINE_BUDGET' THEN (SELECT json_build_object('reason', q.reason, 'message', q.message) FROM quarantine q
    WHERE q.source_id = s.id AND q.state = 'open' AND q.last_seen_at >= e.started_at ORDER BY q.id DESC LIMIT 1) END AS last_quarantined_for,
  (SELECT json_build_object('at', v.at, 'message', v.message) FROM (SELECT at, type, message FROM events WHERE source_id = s.id ORDER BY id DESC LIMIT 100) v
   WHERE v.type = 'hook.refused' AND v.at > coalesce((SELECT max(received_at) FROM inbox WHERE source_id = s.id), '-infinity') LIMIT 1) AS refused_push,
  (SELECT CASE WHEN n.load_failed_at IS NOT NULL THEN json_build_object('version', n.number, 'reason', n.load_reason, 'message', n.load_message) END
   FROM source_versions n WHERE n.source_id = s.id AND n.number IS NOT NULL ORDER BY n.number DESC LIMIT 1) AS open_error,
  r.id AS run_id, r.trigger AS run_trigger, r.status AS run_status, r.wake_at, r.parked_reason, r.parked_message, r.cancel_requested_at IS NOT NULL AS cancelling, r.cancel_requested_at, r.records_read,
  r.attempt, r.isolated_until, r.begin_failures, r.error_message AS begin_error,
  (SELECT t.value->'retrying' FROM jsonb_each(r.progress->'streams') t WHERE t.value ? 'retrying' LIMIT 1) AS retrying,
  greatest(r.created_at, r.attempt_at, r.moved_at, CASE WHEN r.wake_at < clock_timestamp() THEN r.wake_at END, (SELECT committed_at FROM ledger g WHERE g.run_id = r.id ORDER BY g.seq DESC LIMIT 1)) AS moved_at,
  greatest(r.forwarded_bytes - r.committed_bytes, 0) AS waiting_bytes, l.holder, l.expires_at AS held_until,
  (SELECT json_agg(json_build_object('id', w.id, 'role', w.role, 'alive', ${ALIVE}, 'refuses', w.refuses, 'problem', w.problem, 'reason', w.reason, 'concurrency', w.concurrency,
     'running', w.running, 'backpressure', w.backpressure, 'connectors', w.connectors) ORDER BY w.started_at) FROM workers w) AS processes
FROM sources s LEFT JOIN runs e ON e.id = s.last_run_id LEFT JOIN runs r ON r.source_id = s.id AND r.status <> 'ended'
  LEFT JOIN leases l ON l.source_id = s.id AND l.run_id = r.id AND l.expires_at > clock_timestamp()
WHERE ${condition}`

/** Gathers everything that determines whether a source runs, in one query; null when it is unknown. A source being deleted is found by its id. */
export const gatherWhyFacts = async (database: Database, ref: string): Promise<StoredWhyFacts | null> => {
  const { rows } = await database.pool.query<Row>(FACTS(isUuid(ref) ? 's.id = $1::uuid' : 's.slug = $1 AND s.deleting_at IS NULL'), [ref])
  return rows[0] === undefined ? null : toFacts(rows[0])
}

const toFacts = (row: Row): StoredWhyFacts => ({
  sourceId: row.id,
  slug: row.slug,
  secrets: row.secrets ?? { names: [], credential: null },
  now: row.now,
  deleting: row.deleting,
  deletingSince: row.deleting_at,
  status: row.status,
  statusReason: row.status_reason,
  statusMessage: row.status_message,
  connector: row.connector,
  scheduled: row.scheduled,
  nextTickAt: row.next_tick_at,
  scheduleSynced: row.schedule_synced,
  restartAt: row.restart_at,
  recheck: toRecheck(row),
  consecutiveFailures: row.consecutive_failures,
  processDeaths: row.process_deaths,
  lastSuccessAt: row.last_success_at,
  staleSince: row.stale_since,
  lastRun:
    row.last_outcome === null
      ? null
      : {
          outcome: row.last_outcome,
          reason: row.last_reason,
          message: row.last_message,
          next: row.last_next,
          warnings: row.last_warnings ?? [],
          quarantined: Number(row.last_quarantined ?? 0),
          quarantinedFor: row.last_quarantined_for,
        },
  refusedPush: row.refused_push === null ? null : { at: new Date(row.refused_push.at), message: row.refused_push.message },
  quarantine: row.quarantine,
  quarantined: row.quarantined,
  unsearchable: isUnsearchable(row.newest ?? []),
  unindexed: row.unindexed === null ? null : { ...row.unindexed, retryAt: row.unindexed.retry_at === null ? null : new Date(row.unindexed.retry_at) },
  openError: row.open_error,
  run: toRun(row),
  databaseProblem: databaseProblemOf({ readOnly: row.read_only, freeConnections: Number(row.free_connections), processes: row.processes ?? [] }),
  processes: row.processes ?? [],
})

const isUnsearchable = (newest: NonNullable<Row['newest']>): boolean =>
  newest.length > 0 && newest.every(({ key, shown, data }) => !shown && data !== null && searchableText({ key, data }).from === 'none')

const toRecheck = ({ recheck, status_reason: reason }: Row): WhyFacts['recheck'] =>
  recheck === null || !isRechecked(reason)
    ? null
    : {
        dueAt: new Date(recheck.due_at),
        checkedAt: recheck.checked_at === null ? null : new Date(recheck.checked_at),
        reason: recheck.reason,
        message: recheck.message,
      }

const toRun = (row: Row): WhyFacts['run'] =>
  row.run_id === null
    ? null
    : {
        id: row.run_id,
        trigger: row.run_trigger,
        status: row.run_status,
        wakeAt: row.wake_at,
        parkedReason: row.parked_reason,
        parkedMessage: row.parked_message,
        cancelling: row.cancelling,
        cancelRequestedAt: row.cancel_requested_at,
        attempt: row.attempt,
        movedAt: row.moved_at,
        isolatedUntil: row.isolated_until,
        beginFailures: row.begin_failures,
        beginError: row.begin_failures > 0 ? row.begin_error : null,
        retrying: row.retrying,
        recordsRead: Number(row.records_read),
        waitingBytes: Number(row.waiting_bytes),
        holder: row.holder === null || row.held_until === null ? null : { id: row.holder, until: row.held_until },
      }
