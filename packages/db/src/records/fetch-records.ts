import type { Database } from '../database.js'
import { columnsWith, recordsAt, type StoredRecord } from './record-row.js'

/** The key of a record, with the size of its data in bytes. */
export interface RecordKeyRow {
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  readonly bytes: number
}

/** Returns how many of the keys fit into a byte budget, at least one: large records make pages shorter instead of using more memory. Pure. */
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

/** Which parts of records are shown. */
export interface RecordFields {
  /** All of data, including bulky members. */
  readonly allData: boolean
  /** Members of data to show even if they are bulky. */
  readonly members: readonly string[]
  readonly text: boolean
}

export const USUAL_FIELDS: RecordFields = { allData: false, members: [], text: false }

/** Members of data longer than this (characters) are bulky: shown only on request. */
const BULKY = 2_000

export interface FetchedRecord extends StoredRecord {
  /** Names of the members of data that were left out. */
  readonly omitted: readonly string[] | null
  /** Null unless requested. */
  readonly text: string | null
}

/** SQL: size in bytes of what is shown of a record, over `r`. */
export const shownBytes = ({ allData, text }: RecordFields, members: string): string =>
  `${allData ? 'octet_length(r.data::text)' : `octet_length((${trimmed(members)})::text)`}${text ? " + octet_length(coalesce(r.text, ''))" : ''}`

const isKept = (members: string): string => `length(m.value::text) <= ${BULKY} OR m.key = ANY(${members}::text[])`

const trimmed = (members: string): string => `CASE WHEN jsonb_typeof(r.data) <> 'object' OR length(r.data::text) <= ${BULKY} THEN r.data
  ELSE coalesce((SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(r.data) m WHERE ${isKept(members)}), '{}') END`

const FETCH = ({ allData, text }: RecordFields): string => `
SELECT ${columnsWith(allData ? 'r.data::text' : `(${trimmed('$3')})::text`)},
  ${
    allData
      ? 'NULL::text[]'
      : `CASE WHEN jsonb_typeof(r.data) = 'object' AND length(r.data::text) > ${BULKY}
    THEN ARRAY(SELECT m.key FROM jsonb_each(r.data) m WHERE NOT (${isKept('$3')}) ORDER BY m.key) END`
  } AS omitted,
  ${text ? 'r.text' : 'NULL'} AS text
FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS k(stream_id, key_hash, place)
${recordsAt("stream_id = k.stream_id AND key_hash = decode(k.key_hash, 'hex')")} ${allData ? 'WHERE $3::text[] IS NOT NULL' : ''} ORDER BY k.place`

/** Returns the records with these keys, in order. */
export const fetchRecords = async (
  { pool }: Pick<Database, 'pool'>,
  keys: readonly Pick<RecordKeyRow, 'streamId' | 'keyHash'>[],
  fields: RecordFields,
): Promise<readonly FetchedRecord[]> => {
  if (keys.length === 0) return []
  const values = [keys.map(({ streamId }) => streamId), keys.map(({ keyHash }) => keyHash), fields.members]
  return (await pool.query<FetchedRecord>(FETCH(fields), values)).rows
}

/** Returns the sizes of the records as shown, in the order of the keys. */
export const measureRecords = async (
  { pool }: Pick<Database, 'pool'>,
  keys: readonly Pick<RecordKeyRow, 'streamId' | 'keyHash'>[],
  fields: RecordFields,
): Promise<readonly { readonly bytes: number }[]> => {
  if (keys.length === 0) return []
  const values = [keys.map(({ streamId }) => streamId), keys.map(({ keyHash }) => keyHash), fields.members]
  const { rows } = await pool.query<{ bytes: number | null }>(
    `SELECT ${shownBytes(fields, '$3')} AS bytes FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS k(stream_id, key_hash, place)
     LEFT JOIN LATERAL (SELECT * FROM records WHERE stream_id = k.stream_id AND key_hash = decode(k.key_hash, 'hex') AND $3::text[] IS NOT NULL LIMIT 1) r ON true
     ORDER BY k.place`,
    values,
  )
  return rows.map(({ bytes }) => ({ bytes: bytes ?? 0 }))
}
