import { type Language, toLanguage } from '@inlet/domain'
import type pg from 'pg'

/** A state of a record to be indexed. */
export interface RecordState {
  /** Its number in the index. */
  readonly doc: number
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  /** The language set by the owner of the source; null: detected for each record. */
  readonly language: Language | null
  readonly key: string
  readonly title: string | null
  readonly text: string | null
  /** Only for a record without text. */
  readonly data: unknown
  /** Whether it replaces an earlier state. */
  readonly updated: boolean
  /** Numbers of earlier states, by which the record has been found until now. */
  readonly former: readonly string[]
}

// A state that was replaced meanwhile is not found; its replacement has queued another one. A deleted record is indexed too: it may come back
// unchanged. The numbers of earlier states are those of the same moment: later ones must stay. Each is looked up: statistics of a growing table are
// outdated or missing, and a join would read all of it for each piece.
const READ = `
SELECT r.doc_id::float8 AS doc, r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash", (SELECT language FROM sources WHERE id = r.source_id) AS language, r.key, r.title, r.text,
  CASE WHEN r.text IS NULL OR r.text !~ '\\S' THEN r.data END AS data, r.prior_doc_id IS NOT NULL AS updated,
  ARRAY(SELECT f.doc_id::text FROM search_former f WHERE f.stream_id = r.stream_id AND f.key_hash = r.key_hash) AS former
FROM unnest($1::bigint[]) AS p(doc) CROSS JOIN LATERAL (SELECT * FROM records WHERE doc_id = p.doc LIMIT 1) r
ORDER BY r.doc_id`

/** Reads those states that are still current, in number order. */
export const readStates = async (client: Pick<pg.ClientBase, 'query'>, docs: readonly string[]): Promise<readonly RecordState[]> => {
  const { rows } = await client.query<RecordState & { readonly language: string | null }>({ name: 'inlet-read-states', text: READ, values: [docs] })
  return rows.map((row) => ({ ...row, language: toLanguage(row.language) }))
}
