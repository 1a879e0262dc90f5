import { searchableText, splitChunks } from '@inlet/search'
import type { Database } from '../database.js'
import { characterOffsets } from '../search/write-chunks.js'
import type { HitText } from './read-hit-texts.js'

export interface ChunkRequest {
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  /** The chunk to center on; null: start with the first. */
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

// Chunks are written when a record is indexed. Until then there are none, or those of its previous state.
const READ = `
SELECT r.title, r.key, CASE WHEN t.total = 0 THEN r.text END AS text, CASE WHEN t.total = 0 AND (r.text IS NULL OR r.text !~ '\\S') THEN r.data END AS data, t.total,
  (SELECT json_agg(json_build_object('ordinal', c.ordinal, 'start', c.from_char, 'end', c.to_char, 'headings', c.headings, 'text', c.text) ORDER BY c.ordinal)
   FROM record_chunks c WHERE c.stream_id = r.stream_id AND c.key_hash = r.key_hash AND c.ordinal >= w.first AND c.ordinal < w.first + $4) AS chunks
FROM records r JOIN sources s ON s.id = r.source_id AND s.deleting_at IS NULL
CROSS JOIN LATERAL (SELECT count(*)::int AS total FROM record_chunks c WHERE c.stream_id = r.stream_id AND c.key_hash = r.key_hash
  AND NOT EXISTS (SELECT FROM search_former f WHERE f.stream_id = r.stream_id AND f.key_hash = r.key_hash)) t
CROSS JOIN LATERAL (SELECT greatest(0, least(coalesce($3::int, 0) - CASE WHEN $3::int IS NULL THEN 0 ELSE $4::int / 2 END, t.total - $4::int)) AS first) w
WHERE r.stream_id = $1 AND r.key_hash = decode($2, 'hex')`

/** Returns neighboring chunks of a record; a record that is not divided has one. Null when there is no such record. */
export const listChunks = async (
  { pool }: Pick<Database, 'pool'>,
  { streamId, keyHash, around, limit }: ChunkRequest,
): Promise<{ readonly total: number; readonly chunks: readonly HitText[] } | null> => {
  const { rows } = await pool.query<ChunksRow>(READ, [streamId, keyHash, around, limit])
  const row = rows[0]
  if (row === undefined) return null
  if (row.total > 0) return { total: row.total, chunks: row.chunks ?? [] }
  const all = chunksOf(searchableText(row).text)
  const first = Math.max(0, Math.min(around === null ? 0 : around - Math.floor(limit / 2), all.length - limit))
  return { total: all.length, chunks: all.slice(first, first + limit) }
}

const chunksOf = (text: string): readonly HitText[] => {
  const parts = splitChunks(text).map(({ start, end, headings }) => ({ start, end, headings, text: text.slice(start, end) }))
  const places = characterOffsets(parts)
  return parts.map(({ headings, text: own }, ordinal) => ({
    ordinal,
    start: places[ordinal]?.from ?? 0,
    end: places[ordinal]?.to ?? 0,
    headings,
    text: own,
  }))
}
