import { createHash } from 'node:crypto'
import { countCharacters, type RecordPart } from '@inlet/search'
import type pg from 'pg'
import { keysInOrder, LOCKED_RECORD } from './locked-records.js'
import type { IndexedRecord } from './write-segment.js'

// An unchanged chunk is not touched; its hash shows whether what was derived from it (an embedding) is still valid. The lock keeps the record from
// being deleted with its source until its chunks exist and can be deleted as well; writers of the record need not wait for it.
const UPSERT_CHUNKS = `
WITH present AS MATERIALIZED (
  SELECT p.stream_id, p.key_hash FROM ${keysInOrder(2, 3)} CROSS JOIN LATERAL (${LOCKED_RECORD}) p)
INSERT INTO record_chunks AS c (stream_id, key_hash, ordinal, from_char, to_char, headings, hash, text)
SELECT p.stream_id, p.key_hash, r.ordinal, r.from_char, r.to_char, ARRAY(SELECT json_array_elements_text(r.headings)), decode(r.hash, 'hex'), r.text
FROM json_to_recordset($1::json) AS r(stream_id int, key_hash text, ordinal int, from_char int, to_char int, headings json, hash text, text text)
JOIN present p ON p.stream_id = r.stream_id AND p.key_hash = decode(r.key_hash, 'hex')
ORDER BY 1, 2, 3
ON CONFLICT (stream_id, key_hash, ordinal) DO UPDATE SET
  from_char = EXCLUDED.from_char, to_char = EXCLUDED.to_char, headings = EXCLUDED.headings, hash = EXCLUDED.hash, text = EXCLUDED.text
WHERE (c.hash, c.from_char, c.to_char) IS DISTINCT FROM (EXCLUDED.hash, EXCLUDED.from_char, EXCLUDED.to_char)`

const DELETE_CHUNKS = `
DELETE FROM record_chunks d WHERE d.ctid = ANY(ARRAY(
  SELECT c.ctid FROM unnest($1::int[], $2::text[], $3::int[]) AS r(stream_id, key_hash, parts) CROSS JOIN LATERAL (
    SELECT ctid FROM record_chunks WHERE stream_id = r.stream_id AND key_hash = decode(r.key_hash, 'hex') AND ordinal >= r.parts OFFSET 0) c))`

/** Writes the chunks of divided records; a record of one part has none. */
export const writeChunks = async (client: pg.ClientBase, records: readonly IndexedRecord[]): Promise<void> => {
  const divided = records.filter(({ parts }) => parts.length > 1)
  const keys = (of: readonly IndexedRecord[]): readonly unknown[] => [of.map(({ streamId }) => streamId), of.map(({ keyHash }) => keyHash)]
  if (divided.length > 0) await client.query(UPSERT_CHUNKS, [JSON.stringify(divided.flatMap(toRows)), ...keys(divided)])
  const changed = records.filter(({ updated }) => updated)
  if (changed.length > 0) await client.query(DELETE_CHUNKS, [...keys(changed), changed.map(({ parts }) => (parts.length > 1 ? parts.length : 0))])
}

const toRows = ({ streamId, keyHash, parts }: IndexedRecord): readonly object[] => {
  const places = characterOffsets(parts)
  return parts.map((part, ordinal) => ({
    stream_id: streamId,
    key_hash: keyHash,
    ordinal,
    from_char: places[ordinal]?.from,
    to_char: places[ordinal]?.to,
    headings: part.headings,
    hash: chunkHash(part),
    text: part.text,
  }))
}

/** Returns the sha256 (hex) of a chunk's headings and text. */
export const chunkHash = ({ headings, text }: Pick<RecordPart, 'headings' | 'text'>): string =>
  createHash('sha256')
    .update(JSON.stringify([headings, text]))
    .digest('hex')

/** Returns the positions of the parts of a text, in characters; the parts are in order, with only blanks between them. */
export const characterOffsets = (
  parts: readonly { readonly start: number; readonly end: number; readonly text: string }[],
): readonly { readonly from: number; readonly to: number }[] => {
  let at = 0
  let last = 0
  return parts.map(({ start, end, text }) => {
    const from = at + start - last
    at = from + countCharacters(text)
    last = end
    return { from, to: at }
  })
}
