import type { Database } from '../database.js'
import { RECORD_COLUMNS, RECORD_TABLES, type StoredRecord } from './record-row.js'

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
