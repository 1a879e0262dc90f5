import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { countWithin, type FetchedRecord, fetchRecords, type RecordFields, type RecordKeyRow, shownBytes } from './fetch-records.js'
import { filteredTables, RECORD_COLUMNS, RECORD_TABLES, type RecordFilter, recordConditions, type StoredRecord } from './record-row.js'

export interface StoredRecordDetails extends StoredRecord {
  readonly text: string | null
  /** Hex. */
  readonly contentHash: string
}

/** Returns a record by its key, even if deleted; null when unknown or when its source is being deleted. */
export const findRecord = async (
  database: Database,
  place: { readonly streamId: number; readonly keyHash: string },
): Promise<StoredRecordDetails | null> => {
  const { rows } = await database.pool.query<StoredRecordDetails>(
    `SELECT ${RECORD_COLUMNS}, r.text, encode(r.content_hash, 'hex') AS "contentHash" FROM ${RECORD_TABLES} WHERE r.stream_id = $1 AND r.key_hash = decode($2, 'hex')`,
    [place.streamId, place.keyHash],
  )
  return rows[0] ?? null
}

export interface RecordListRequest extends RecordFilter {
  /** Records without a time of their own are not listed by `occurredAt`. */
  readonly sort: 'fetchedAt' | 'occurredAt'
  readonly after: { readonly at: string; readonly streamId: number; readonly keyHash: string } | null
  readonly fields: RecordFields
  readonly limit: number
  /** A page ends early when what is shown of its records exceeds this size. */
  readonly maxBytes: number
}

export interface RecordRows<R = FetchedRecord> {
  readonly records: readonly R[]
  /** Where the next page begins; null on the last. */
  readonly next: { readonly at: string; readonly streamId: number; readonly keyHash: string } | null
}

interface PlaceRow extends RecordKeyRow {
  /** With full precision. */
  readonly at: string
}

const COLUMN = { fetchedAt: 'r.fetched_at', occurredAt: 'r.occurred_at' } as const

/** Lists records, most recent first, by fetch time or by their own time. */
export const listRecords = async (database: Database, request: RecordListRequest): Promise<RecordRows> => {
  const { values, add } = createSqlParts()
  const { after, fields } = request
  const column = COLUMN[request.sort]
  const where = allOf([
    ...recordConditions(request, add),
    request.sort === 'occurredAt' ? 'r.occurred_at IS NOT NULL' : null,
    after === null
      ? null
      : `(${column}, r.stream_id, r.key_hash) < (${add(after.at)}::timestamptz, ${add(after.streamId)}::int, decode(${add(after.keyHash)}, 'hex'))`,
  ])
  const members = fields.allData ? '' : add(fields.members)
  // What is shown is measured for the page alone, not for everything sorted to find it.
  const { rows } = await database.pool.query<PlaceRow>(
    `SELECT k.stream_id AS "streamId", encode(k.key_hash, 'hex') AS "keyHash", ${shownBytes(fields, members)} AS bytes, k.at::text AS at
     FROM (SELECT r.stream_id, r.key_hash, ${column} AS at FROM ${filteredTables(request)} WHERE ${where}
           ORDER BY ${column} DESC, r.stream_id DESC, r.key_hash DESC LIMIT ${add(request.limit + 1)}) k
     CROSS JOIN LATERAL (SELECT * FROM records WHERE stream_id = k.stream_id AND key_hash = k.key_hash LIMIT 1) r ORDER BY k.at DESC, k.stream_id DESC, k.key_hash DESC`,
    values,
  )
  const count = countWithin(rows, request.limit, request.maxBytes)
  const last = rows[count - 1]
  return {
    records: await fetchRecords(database, rows.slice(0, count), fields),
    next: count < rows.length && last !== undefined ? { at: last.at, streamId: last.streamId, keyHash: last.keyHash } : null,
  }
}
