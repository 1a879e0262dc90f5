import { cosine, signBits } from '@inlet/search'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import type { Hit } from './find-hits.js'
import { narrows, RECORD_TABLES, type RecordFilter, recordConditions } from './record-row.js'

/** A question as a generation of vectors understands it. */
export interface QuestionVector {
  /** Of the generation, see search_generations. */
  readonly space: number
  /** Of length 1. */
  readonly vector: Float32Array
}

export interface SimilarHits {
  /** The closest first. */
  readonly hits: readonly Hit[]
  /** Whether there are more, which are less close. */
  readonly more: boolean
}

/** Parts whose signs differ least, of which the vectors are compared: the more, the less is lost by looking at signs first. */
const PARTS_PER_HIT = 4
const FEWEST_PARTS = 600
const CITED_PARTS = 3

interface SimilarRow {
  readonly streamId: number
  readonly keyHash: string
  readonly doc: number | null
  readonly fetchedAt: number
  readonly occurredAt: number | null
  readonly ordinal: number
  readonly vector: Uint8Array
  readonly near: number
}

/**
 * The records whose parts are closest to a question and that pass the filter: by the signs of all vectors of the generation, and of the best by
 * the vectors themselves. A filter that narrows is applied first, so that it loses none.
 */
export const findSimilar = async (
  { pool }: Pick<Database, 'pool'>,
  { space, vector }: QuestionVector,
  { filter, limit }: { readonly filter: RecordFilter; readonly limit: number },
): Promise<SimilarHits> => {
  const parts = Math.max(FEWEST_PARTS, limit * PARTS_PER_HIT)
  const read = async (filterFirst: boolean): Promise<readonly SimilarRow[]> => {
    const { values, add } = createSqlParts()
    const [inSpace, code, count] = [add(space), add(signBits(vector)), add(parts)]
    const conditions = allOf(recordConditions(filter, add))
    const passing = filterFirst ? `JOIN (${RECORD_TABLES}) ON r.stream_id = c.stream_id AND r.key_hash = c.key_hash` : ''
    const { rows } = await pool.query<SimilarRow>(
      `WITH near AS MATERIALIZED (
         SELECT c.stream_id, c.key_hash, c.ordinal FROM search_codes c ${passing}
         WHERE c.space = ${inSpace} AND ${filterFirst ? conditions : 'TRUE'} ORDER BY bit_count(c.code # ${code}::varbit), 1, 2, 3 LIMIT ${count})
       SELECT n.stream_id AS "streamId", encode(n.key_hash, 'hex') AS "keyHash", r.doc_id::float8 AS doc, n.ordinal, v.vector,
         extract(epoch FROM r.fetched_at)::float8 * 1000 AS "fetchedAt", extract(epoch FROM r.occurred_at)::float8 * 1000 AS "occurredAt",
         (SELECT count(*) FROM near)::int AS near
       FROM near n JOIN search_vectors v ON v.space = ${inSpace} AND v.stream_id = n.stream_id AND v.key_hash = n.key_hash AND v.ordinal = n.ordinal
       JOIN (${RECORD_TABLES}) ON r.stream_id = n.stream_id AND r.key_hash = n.key_hash WHERE ${conditions}`,
      values,
    )
    return rows
  }
  const first = await read(narrows(filter))
  const hits = toHits(first, vector)
  // Deleted records took the places of others.
  const depleted = hits.length < limit && !narrows(filter) && (first[0]?.near ?? parts) === parts
  const all = depleted ? toHits(await read(true), vector) : hits
  return { hits: all.slice(0, limit), more: all.length >= limit }
}

const toHits = (rows: readonly SimilarRow[], question: Float32Array): readonly Hit[] => {
  const records = new Map<string, { readonly row: SimilarRow; readonly parts: { part: number; score: number }[] }>()
  for (const row of rows) {
    const name = `${row.streamId}-${row.keyHash}`
    const known = records.get(name) ?? { row, parts: [] }
    known.parts.push({ part: row.ordinal, score: cosine(question, row.vector) })
    records.set(name, known)
  }
  return [...records.values()]
    .map(({ row: { streamId, keyHash, doc, fetchedAt, occurredAt }, parts }): Hit => {
      parts.sort((a, b) => b.score - a.score || a.part - b.part)
      const score = parts[0]?.score ?? 0
      return { record: doc ?? 0, streamId, keyHash, fetchedAt, occurredAt, score, parts: parts.slice(0, CITED_PARTS) }
    })
    .sort((a, b) => b.score - a.score || a.streamId - b.streamId || (a.keyHash < b.keyHash ? -1 : 1))
}
