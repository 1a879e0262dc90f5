import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { countWithin, type FetchedRecord, fetchRecords, type RecordKeyRow } from './fetch-records.js'
import { RECORD_TABLES, type RecordFilter, recordConditions } from './record-row.js'

export interface RecordListRequest extends RecordFilter {
  readonly after: { readonly fetchedAt: string; readonly streamId: number; readonly keyHash: string } | null
  readonly limit: number
  /** A page ends earlier when the data of its records exceeds this. */
  readonly maxBytes: number
}

export interface RecordRows<R = FetchedRecord> {
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
  const { rows } = await database.pool.query<RecordKeyRow>(
    `SELECT r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash", octet_length(r.data::text) AS bytes FROM ${RECORD_TABLES} WHERE ${where}
     ORDER BY r.fetched_at DESC, r.stream_id DESC, r.key_hash DESC LIMIT ${add(request.limit + 1)}`,
    values,
  )
  const count = countWithin(rows, request.limit, request.maxBytes)
  return { records: await fetchRecords(database, rows.slice(0, count), null), more: count < rows.length }
}
