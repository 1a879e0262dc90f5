import type { RecordFilter } from './record-row.js'

/** A question as a generation of vectors understands it. */
export interface QuestionVector {
  /** Of the generation, see search_generations. */
  readonly space: number
  /** Of length 1. */
  readonly vector: Float32Array
}

/** Parts of records that pass a filter, as many as there are up to `parts`, are wanted: those that are closest to a question. */
export interface SimilarSearch {
  readonly question: QuestionVector
  readonly filter: RecordFilter
  readonly parts: number
}

/** A part of a record that may be among the closest, in any order, with its vector and what a hit says of its record. */
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

/** All but the part itself, over `r` and `st` as recordsAt names them. */
export const SIMILAR_RECORD = `r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash", r.doc_id::float8 AS doc, st.catalog,
  extract(epoch FROM r.fetched_at)::float8 * 1000 AS "fetchedAt", extract(epoch FROM r.occurred_at)::float8 * 1000 AS "occurredAt"`
