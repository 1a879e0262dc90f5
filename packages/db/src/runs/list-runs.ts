import type { RunOutcome, RunStatus, RunTrigger } from '@inlet/domain'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import type { RunAttempt } from './attempts.js'
import type { BackfillPlan } from './create-run.js'

export interface RunOverview {
  readonly id: string
  readonly sourceId: string
  readonly slug: string
  readonly sourceName: string
  readonly version: number | null
  readonly trigger: RunTrigger
  readonly status: RunStatus
  readonly outcome: RunOutcome | null
  readonly attempt: number
  readonly scheduledFor: Date | null
  readonly createdAt: Date
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly wakeAt: Date | null
  readonly parkedReason: string | null
  readonly cancelRequestedAt: Date | null
  readonly forwardedBatches: number
  readonly committedBatches: number
  readonly fencedBatches: number
  readonly duplicateBatches: number
  // Counters that may exceed 32 bits are returned as digits.
  readonly forwardedBytes: string
  readonly committedBytes: string
  readonly recordsRead: string
  readonly inserted: string
  readonly updated: string
  readonly unchanged: string
  readonly deleted: string
  readonly quarantined: string
  readonly backfill: BackfillPlan | null
  readonly progress: Readonly<Record<string, unknown>>
  readonly errorReason: string | null
  readonly errorMessage: string | null
  readonly errorNext: string | null
}

// SQL: polled constantly while somebody waits for a run, and one statement with its join is five times as fast as Prisma's three.
const COLUMNS = `r.id, r.source_id AS "sourceId", s.slug, s.name AS "sourceName", v.number AS version, r.trigger, r.status, r.outcome, r.attempt, r.scheduled_for AS "scheduledFor",
  r.created_at AS "createdAt", r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.wake_at AS "wakeAt", r.parked_reason AS "parkedReason",
  r.cancel_requested_at AS "cancelRequestedAt", r.forwarded_batches AS "forwardedBatches", r.committed_batches AS "committedBatches",
  r.fenced_batches AS "fencedBatches", r.duplicate_batches AS "duplicateBatches", r.forwarded_bytes AS "forwardedBytes", r.committed_bytes AS "committedBytes",
  r.records_read AS "recordsRead", r.inserted, r.updated, r.unchanged, r.deleted, r.quarantined, r.backfill, r.progress,
  r.error_reason AS "errorReason", r.error_message AS "errorMessage", r.error_next AS "errorNext"`

const TABLES = 'runs r JOIN sources s ON s.id = r.source_id AND s.deleting_at IS NULL LEFT JOIN source_versions v ON v.id = r.version_id'

export interface RunListRequest {
  readonly sourceId?: string | undefined
  readonly status?: RunStatus | undefined
  readonly outcome?: RunOutcome | undefined
  readonly after: { readonly createdAt: string; readonly id: string } | null
  readonly limit: number
}

/** Lists runs of sources that are not being deleted, newest first. */
export const listRuns = async (database: Database, request: RunListRequest): Promise<readonly RunOverview[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    request.sourceId === undefined ? null : `r.source_id = ${add(request.sourceId)}`,
    // The partial index on active runs is used only if the condition repeats its predicate.
    request.status === undefined ? null : `r.status = ${add(request.status)}${request.status === 'ended' ? '' : ` AND r.status <> 'ended'`}`,
    request.outcome === undefined ? null : `r.outcome = ${add(request.outcome)}`,
    request.after === null ? null : `(r.created_at, r.id) < (${add(request.after.createdAt)}::timestamptz, ${add(request.after.id)}::uuid)`,
  ])
  const { rows } = await database.pool.query<RunOverview>(
    `SELECT ${COLUMNS} FROM ${TABLES} WHERE ${where} ORDER BY r.created_at DESC, r.id DESC LIMIT ${add(request.limit)}`,
    values,
  )
  return rows
}

export interface RunDetail extends RunOverview {
  /** The latest 100, oldest first. */
  readonly attempts: readonly RunAttempt[]
}

export const findRun = async (database: Database, id: string): Promise<RunDetail | null> => {
  const { rows } = await database.pool.query<RunDetail>(`SELECT ${COLUMNS}, r.attempts FROM ${TABLES} WHERE r.id = $1`, [id])
  return rows[0] ?? null
}

/** Returns which of these runs have ended or are gone. */
export const listEndedRuns = async ({ prisma }: Database, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  const active = await prisma.run.findMany({ where: { id: { in: [...ids] }, status: { not: 'ended' } }, select: { id: true } })
  const activeIds = new Set(active.map(({ id }) => id))
  return new Set(ids.filter((id) => !activeIds.has(id)))
}
