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
