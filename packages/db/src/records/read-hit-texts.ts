import { type Language, toLanguage } from '@inlet/domain'
import { countCharacters, searchableText } from '@inlet/search'
import type { Database } from '../database.js'
import type { Hit } from './find-hits.js'

/** The text of a part of a record, with its position. */
export interface HitText {
  readonly ordinal: number
  /** Offsets in the text of the record, in characters. */
  readonly start: number
  readonly end: number
  readonly headings: readonly string[]
  readonly text: string
}

export interface HitTexts {
  readonly title: string | null
  readonly key: string
  /** The language set by the owner of its source; null: detected. */
  readonly language: Language | null
  /** The requested parts, best first. */
  readonly parts: readonly HitText[]
}

interface TextRow {
  readonly place: number
  readonly title: string | null
  readonly key: string
  readonly language: string | null
  readonly text: string | null
  readonly data: string | null
  readonly chunks: readonly HitText[] | null
}

// A record without chunks is one part, short enough to be read at once. Data is read if a record has no text.
const READ = `
SELECT k.place::int AS place, r.title, r.key, (SELECT language FROM sources WHERE id = r.source_id) AS language, c.chunks, CASE WHEN c.chunks IS NULL THEN r.text END AS text,
  CASE WHEN c.chunks IS NULL AND coalesce(r.text, '') = '' THEN r.data::text END AS data
FROM unnest($1::int[], $2::text[], $3::text[]) WITH ORDINALITY AS k(stream_id, key_hash, ordinals, place)
CROSS JOIN LATERAL (SELECT * FROM records WHERE stream_id = k.stream_id AND key_hash = decode(k.key_hash, 'hex') LIMIT 1) r
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('ordinal', c.ordinal, 'start', c.from_char, 'end', c.to_char, 'headings', c.headings, 'text', c.text)
    ORDER BY array_position(k.ordinals::int[], c.ordinal)) AS chunks
  FROM record_chunks c WHERE c.stream_id = r.stream_id AND c.key_hash = r.key_hash AND c.ordinal = ANY(k.ordinals::int[])) c ON true
ORDER BY k.place`

/** Reads up to `parts` of the best parts of each hit; null for a hit that has gone meanwhile. */
export const readHitTexts = async ({ pool }: Pick<Database, 'pool'>, hits: readonly Hit[], parts: number): Promise<readonly (HitTexts | null)[]> => {
  if (hits.length === 0) return []
  const { rows } = await pool.query<TextRow>(READ, [
    hits.map(({ streamId }) => streamId),
    hits.map(({ keyHash }) => keyHash),
    hits.map(
      (hit) =>
        `{${hit.parts
          .slice(0, parts)
          .map(({ part }) => part)
          .join(',')}}`,
    ),
  ])
  const byPlace = new Map(rows.map((row) => [row.place, toTexts(row)]))
  return hits.map((_hit, n) => byPlace.get(n + 1) ?? null)
}

const toTexts = ({ title, key, chunks, text, data, ...row }: TextRow): HitTexts => {
  const language = toLanguage(row.language)
  if (chunks !== null) return { title, key, language, parts: chunks }
  const own = searchableText({ key, title, text, data: data === null ? undefined : (JSON.parse(data) as unknown) }).text
  return { title, key, language, parts: [{ ordinal: 0, start: 0, end: countCharacters(own), headings: [], text: own }] }
}
