import { countCharacters, searchableText } from '@inlet/search'
import type { Database } from '../database.js'
import type { HitText } from './read-hit-texts.js'

export interface ChunkRequest {
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  /** The chunk in the middle; null: from the first on. */
  readonly around: number | null
  readonly limit: number
}

interface ChunksRow {
  readonly title: string | null
  readonly key: string
  readonly text: string | null
  readonly data: unknown
  readonly total: number
  readonly chunks: readonly HitText[] | null
}

const READ = `
SELECT r.title, r.key, CASE WHEN t.total = 0 THEN r.text END AS text, CASE WHEN t.total = 0 AND coalesce(r.text, '') = '' THEN r.data END AS data, t.total,
  (SELECT json_agg(json_build_object('ordinal', c.ordinal, 'start', c.from_char, 'end', c.to_char, 'headings', c.headings, 'text', c.text) ORDER BY c.ordinal)
   FROM record_chunks c WHERE c.stream_id = r.stream_id AND c.key_hash = r.key_hash AND c.ordinal >= w.first AND c.ordinal < w.first + $4) AS chunks
FROM records r JOIN sources s ON s.id = r.source_id AND s.deleting_at IS NULL
CROSS JOIN LATERAL (SELECT count(*)::int AS total FROM record_chunks c WHERE c.stream_id = r.stream_id AND c.key_hash = r.key_hash) t
CROSS JOIN LATERAL (SELECT greatest(0, least(coalesce($3::int, 0) - CASE WHEN $3::int IS NULL THEN 0 ELSE $4::int / 2 END, t.total - $4::int)) AS first) w
WHERE r.stream_id = $1 AND r.key_hash = decode($2, 'hex')`

/** Chunks of a record that stand side by side; a record that is not divided has one. Null when there is no such record. */
export const listChunks = async (
  { pool }: Pick<Database, 'pool'>,
  { streamId, keyHash, around, limit }: ChunkRequest,
): Promise<{ readonly total: number; readonly chunks: readonly HitText[] } | null> => {
  const { rows } = await pool.query<ChunksRow>(READ, [streamId, keyHash, around, limit])
  const row = rows[0]
  if (row === undefined) return null
  if (row.total > 0) return { total: row.total, chunks: row.chunks ?? [] }
  const { text } = searchableText(row)
  return { total: 1, chunks: [{ ordinal: 0, start: 0, end: countCharacters(text), headings: [], text }] }
}
