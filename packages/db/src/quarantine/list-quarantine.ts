import type { QuarantineState } from '@inlet/domain'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { QUARANTINE_COLUMNS, type QuarantineRow } from './quarantine-row.js'

export interface QuarantineListRequest {
  readonly sourceId: string
  readonly runId?: string | undefined
  readonly stream?: string | undefined
  readonly reason?: string | undefined
  readonly state?: QuarantineState | undefined
  readonly beforeId: string | null
  readonly limit: number
}

/** Records of a source that could not be stored, newest first. */
export const listQuarantine = async (database: Database, request: QuarantineListRequest): Promise<readonly QuarantineRow[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    `q.source_id = ${add(request.sourceId)}`,
    request.runId === undefined ? null : `q.run_id = ${add(request.runId)}`,
    request.stream === undefined ? null : `q.stream = ${add(request.stream)}`,
    request.reason === undefined ? null : `q.reason = ${add(request.reason)}`,
    request.state === undefined ? null : `q.state = ${add(request.state)}`,
    request.beforeId === null ? null : `q.id < ${add(request.beforeId)}`,
  ])
  const { rows } = await database.pool.query<QuarantineRow>(
    `SELECT ${QUARANTINE_COLUMNS} FROM quarantine q WHERE ${where} ORDER BY q.id DESC LIMIT ${add(request.limit)}`,
    values,
  )
  return rows
}

/** With the texts of the whole records, JSON. */
export interface QuarantineDetails extends QuarantineRow {
  readonly record: string | null
  readonly edited: string | null
}

/** One of them; null when unknown, or its source is being deleted. */
export const findQuarantined = async (database: Pick<Database, 'pool'>, id: string): Promise<QuarantineDetails | null> => {
  const { rows } = await database.pool.query<QuarantineDetails>(
    `SELECT ${QUARANTINE_COLUMNS}, q.record, q.edited FROM quarantine q JOIN sources s ON s.id = q.source_id WHERE q.id = $1 AND s.deleting_at IS NULL`,
    [id],
  )
  return rows[0] ?? null
}
