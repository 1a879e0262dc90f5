import { createHash } from 'node:crypto'
import { countCharacters, type RecordPart } from '@inlet/search'
import type pg from 'pg'
import type { IndexedRecord } from './write-segment.js'

// A chunk that is as it was is not touched; its hash says whether what is made of it (an embedding) still holds.
const UPSERT_CHUNKS = `
INSERT INTO record_chunks AS c (stream_id, key_hash, ordinal, from_char, to_char, headings, hash, text)
SELECT r.stream_id, decode(r.key_hash, 'hex'), r.ordinal, r.from_char, r.to_char, ARRAY(SELECT json_array_elements_text(r.headings)), decode(r.hash, 'hex'), r.text
FROM json_to_recordset($1::json) AS r(stream_id int, key_hash text, ordinal int, from_char int, to_char int, headings json, hash text, text text)
ORDER BY 1, 2, 3
ON CONFLICT (stream_id, key_hash, ordinal) DO UPDATE SET
  from_char = EXCLUDED.from_char, to_char = EXCLUDED.to_char, headings = EXCLUDED.headings, hash = EXCLUDED.hash, text = EXCLUDED.text
WHERE (c.hash, c.from_char, c.to_char) IS DISTINCT FROM (EXCLUDED.hash, EXCLUDED.from_char, EXCLUDED.to_char)`

const DELETE_CHUNKS = `
DELETE FROM record_chunks c USING unnest($1::int[], $2::text[], $3::int[]) AS r(stream_id, key_hash, parts)
WHERE c.stream_id = r.stream_id AND c.key_hash = decode(r.key_hash, 'hex') AND c.ordinal >= r.parts`

/** Keeps the rows of records that are divided; a record of one part has none. */
export const writeChunks = async (client: pg.ClientBase, records: readonly IndexedRecord[], someUpdated: boolean): Promise<void> => {
  const rows = records.filter(({ parts }) => parts.length > 1).flatMap(toRows)
  if (rows.length > 0) await client.query(UPSERT_CHUNKS, [JSON.stringify(rows)])
  if (!someUpdated) return
  const parts = records.map((record) => (record.parts.length > 1 ? record.parts.length : 0))
  await client.query(DELETE_CHUNKS, [records.map(({ streamId }) => streamId), records.map(({ keyHash }) => keyHash), parts])
}

const toRows = ({ streamId, keyHash, parts }: IndexedRecord): readonly object[] => {
  let at = 0
  let last = 0
  return parts.map((part, ordinal) => {
    // Parts follow one another; what stands between them is blank, so that units and characters advance alike.
    at += part.start - last
    const from = at
    at += countCharacters(part.text)
    last = part.end
    return {
      stream_id: streamId,
      key_hash: keyHash,
      ordinal,
      from_char: from,
      to_char: at,
      headings: part.headings,
      hash: chunkHash(part),
      text: part.text,
    }
  })
}

/** sha256 (hex) of what a chunk says: its headings and its text. */
export const chunkHash = ({ headings, text }: Pick<RecordPart, 'headings' | 'text'>): string =>
  createHash('sha256')
    .update(JSON.stringify([headings, text]))
    .digest('hex')
