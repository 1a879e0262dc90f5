import type { RecordFilter } from './record-row.js'

/** A question as a vector of a generation. */
export interface QuestionVector {
  /** Of the generation, see search_generations. */
  readonly space: number
  /** Of unit length. */
  readonly vector: Float32Array
}

/** A request for the parts closest to a question, up to `parts` of them, of records that pass the filter. */
export interface SimilarSearch {
  readonly question: QuestionVector
  readonly filter: RecordFilter
  readonly parts: number
}

/** A part of a record that may be among the closest, in no particular order, with its vector and what a hit shows of its record. */
export interface SimilarPart {
  readonly streamId: number
  readonly keyHash: string
  readonly doc: number | null
  readonly fetchedAt: number
  readonly occurredAt: number | null
  readonly catalog: boolean
  readonly ordinal: number
  readonly vector: Uint8Array
}

/** SQL: all columns but the part itself, over `r` and `st` as named by recordsAt. */
export const SIMILAR_RECORD = `r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash", r.doc_id::float8 AS doc, st.catalog,
  extract(epoch FROM r.fetched_at)::float8 * 1000 AS "fetchedAt", extract(epoch FROM r.occurred_at)::float8 * 1000 AS "occurredAt"`
