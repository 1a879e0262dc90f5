import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import type { TickOutcome } from '../ticks/account-ticks.js'

export interface TickRow {
  readonly scheduledFor: Date
  readonly outcome: TickOutcome
  readonly reason: string | null
  readonly runId: string | null
  readonly count: number
  readonly recordedAt: Date
}

/** Due moments of a source's schedule, latest first. */
export const listTicks = async (
  database: Database,
  request: { readonly sourceId: string; readonly outcome?: TickOutcome | undefined; readonly before: Date | null; readonly limit: number },
): Promise<readonly TickRow[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    `source_id = ${add(request.sourceId)}`,
    request.outcome === undefined ? null : `outcome = ${add(request.outcome)}`,
    request.before === null ? null : `scheduled_for < ${add(request.before)}`,
  ])
  const { rows } = await database.pool.query<TickRow>(
    `SELECT scheduled_for AS "scheduledFor", outcome, reason, run_id AS "runId", count, recorded_at AS "recordedAt" FROM ticks
     WHERE ${where} ORDER BY scheduled_for DESC LIMIT ${add(request.limit)}`,
    values,
  )
  return rows
}

export interface QuarantineRow {
  readonly id: string
  readonly runId: string
  readonly stream: string
  readonly key: string | null
  readonly reason: string
  readonly message: string
  readonly raw: string | null
  readonly createdAt: Date
}

/** Records of a source that could not be stored, newest first. */
export const listQuarantine = async (
  database: Database,
  request: {
    readonly sourceId: string
    readonly runId?: string | undefined
    readonly reason?: string | undefined
    readonly beforeId: string | null
    readonly limit: number
  },
): Promise<readonly QuarantineRow[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    `source_id = ${add(request.sourceId)}`,
    request.runId === undefined ? null : `run_id = ${add(request.runId)}`,
    request.reason === undefined ? null : `reason = ${add(request.reason)}`,
    request.beforeId === null ? null : `id < ${add(request.beforeId)}`,
  ])
  const { rows } = await database.pool.query<QuarantineRow>(
    `SELECT id, run_id AS "runId", stream, key, reason, message, raw, created_at AS "createdAt" FROM quarantine
     WHERE ${where} ORDER BY id DESC LIMIT ${add(request.limit)}`,
    values,
  )
  return rows
}
