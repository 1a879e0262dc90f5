import type { Database } from '../database.js'
import { RECORD_COLUMNS, RECORD_TABLES, type StoredRecord } from './record-row.js'

/** The place of a record, with the size of its data in bytes. */
export interface RecordKeyRow {
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  readonly bytes: number
}

/** How many of the keys fit into a budget of bytes, at least one: large records make pages shorter, not the process larger. Pure. */
export const countWithin = (keys: readonly Pick<RecordKeyRow, 'bytes'>[], limit: number, maxBytes: number): number => {
  let bytes = 0
  let count = 0
  for (const key of keys.slice(0, limit)) {
    bytes += key.bytes
    if (count > 0 && bytes > maxBytes) break
    count += 1
  }
  return count
}

export interface FetchedRecord extends StoredRecord {
  readonly snippet: string | null
}

const FETCH = (snippet: string): string => `
SELECT ${RECORD_COLUMNS}, ${snippet} AS snippet
FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS k(stream_id, key_hash, place)
JOIN (${RECORD_TABLES}) ON r.stream_id = k.stream_id AND r.key_hash = decode(k.key_hash, 'hex') ORDER BY k.place`

const HEADLINE = `ts_headline('english', left(concat_ws(E'\\n', r.title, r.text), 100000), websearch_to_tsquery('english', $3),
  'MaxFragments=2, MinWords=8, MaxWords=28, FragmentDelimiter=" … ", StartSel=**, StopSel=**')`

/** The records at these places in their order; with a query also where its words stand. */
export const fetchRecords = async (
  database: Database,
  keys: readonly Pick<RecordKeyRow, 'streamId' | 'keyHash'>[],
  query: string | null,
): Promise<readonly FetchedRecord[]> => {
  if (keys.length === 0) return []
  const { rows } = await database.pool.query<FetchedRecord>(FETCH(query === null ? 'NULL' : HEADLINE), [
    keys.map(({ streamId }) => streamId),
    keys.map(({ keyHash }) => keyHash),
    ...(query === null ? [] : [query]),
  ])
  return rows
}
