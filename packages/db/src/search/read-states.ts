import { type Language, toLanguage } from '@inlet/domain'
import type pg from 'pg'

/** A state of a record that is to be indexed. */
export interface RecordState {
  /** Its number in the index. */
  readonly doc: number
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  /** The language that the owner of the source has set; null: each record is looked at. */
  readonly language: Language | null
  readonly key: string
  readonly title: string | null
  readonly text: string | null
  /** Only of a record without text. */
  readonly data: unknown
  /** Whether it had another state before. */
  readonly updated: boolean
  /** Numbers of earlier states, by which the record is found until now. */
  readonly former: readonly string[]
}

// A state that was replaced meanwhile is not found, and its replacement has left another one to index. A deleted record is indexed too:
// it may come back as it was. The numbers of earlier states are those of the same moment: later ones must stay. Each is looked up: of a table that
// grows, statistics are too old or there are none, and a join would read all of it for each piece.
const READ = `
SELECT r.doc_id::float8 AS doc, r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash", (SELECT language FROM sources WHERE id = r.source_id) AS language, r.key, r.title, r.text,
  CASE WHEN r.text IS NULL OR r.text !~ '\\S' THEN r.data END AS data, r.prior_doc_id IS NOT NULL AS updated,
  ARRAY(SELECT f.doc_id::text FROM search_former f WHERE f.stream_id = r.stream_id AND f.key_hash = r.key_hash) AS former
FROM unnest($1::bigint[]) AS p(doc) CROSS JOIN LATERAL (SELECT * FROM records WHERE doc_id = p.doc LIMIT 1) r
ORDER BY r.doc_id`

/** Reads those of the states that records still have, in the order of their numbers. */
export const readStates = async (client: Pick<pg.ClientBase, 'query'>, docs: readonly string[]): Promise<readonly RecordState[]> => {
  const { rows } = await client.query<RecordState & { readonly language: string | null }>({ name: 'inlet-read-states', text: READ, values: [docs] })
  return rows.map((row) => ({ ...row, language: toLanguage(row.language) }))
}
