import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { RECORD_COLUMNS, RECORD_TABLES, type RecordFilter, recordConditions, type StoredRecord, withinBudget } from './record-row.js'

export interface RecordListRequest extends RecordFilter {
  readonly after: { readonly fetchedAt: string; readonly streamId: number; readonly keyHash: string } | null
  readonly limit: number
  /** A page ends earlier when the data of its records exceeds this. */
  readonly maxBytes: number
}

export interface RecordRows<R extends StoredRecord = StoredRecord> {
  readonly records: readonly R[]
  readonly more: boolean
}

/** Records, the ones fetched last first. */
export const listRecords = async (database: Database, request: RecordListRequest): Promise<RecordRows> => {
  const { values, add } = createSqlParts()
  const { after } = request
  const where = allOf([
    ...recordConditions(request, add),
    after === null
      ? null
      : `(r.fetched_at, r.stream_id, r.key_hash) < (${add(after.fetchedAt)}::timestamptz, ${add(after.streamId)}::int, decode(${add(after.keyHash)}, 'hex'))`,
  ])
  const ranked = `SELECT ${RECORD_COLUMNS}, row_number() OVER (ORDER BY r.fetched_at DESC, r.stream_id DESC, r.key_hash DESC) AS place,
      r.more FROM (SELECT x.*, count(*) OVER () > ${add(request.limit)} AS more FROM (
        SELECT r.* FROM ${RECORD_TABLES} WHERE ${where} ORDER BY r.fetched_at DESC, r.stream_id DESC, r.key_hash DESC LIMIT ${add(request.limit + 1)}
      ) x) r JOIN streams st ON st.id = r.stream_id JOIN sources s ON s.id = r.source_id`
  const { rows } = await database.pool.query<StoredRecord & { more: boolean; place: string }>(withinBudget(ranked, request.maxBytes), values)
  return toRows(rows, request.limit)
}

/** Cuts the surplus row; what the budget left out counts as more. */
export const toRows = <R extends StoredRecord & { more: boolean; total?: string }>(rows: readonly R[], limit: number): RecordRows<R> => ({
  records: rows.slice(0, limit),
  more: rows[0]?.more === true || false,
})
