import { cosine } from '@inlet/search'
import type { Database } from '../database.js'
import { findVectorIndex } from '../embeddings/vector-index.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { compareAllVectors } from './compare-all-vectors.js'
import { type Hit, shareOf } from './find-hits.js'
import { followVectorIndex } from './follow-vector-index.js'
import { narrows, type RecordFilter, recordConditions } from './record-row.js'
import type { QuestionVector, SimilarPart, SimilarSearch } from './similar-parts.js'

export interface SimilarHits {
  /** Closest first. */
  readonly hits: readonly Hit[]
  /** Whether there are more, less close ones. */
  readonly more: boolean
}

/** Candidate parts from sign codes or the index whose vectors are then compared: the more, the less is lost. */
const PARTS_PER_HIT = 4
const FEWEST_PARTS = 600
const CITED_PARTS = 3
/** Up to this many records, comparing all vectors is no slower than following an index to the closest, since each of those is unpacked again. */
const COMPARED_RECORDS = 100_000

/**
 * Finds the records that pass the filter and whose parts are closest to a question. Follows the generation's index if it has one and that is faster;
 * if the index does not lead to enough parts that pass, all vectors are compared, so that a filter loses none. `compared`: see COMPARED_RECORDS.
 */
export const findSimilar = async (
  database: Pick<Database, 'pool' | 'transaction'>,
  question: QuestionVector,
  { filter, limit, compared = COMPARED_RECORDS }: { readonly filter: RecordFilter; readonly limit: number; readonly compared?: number },
): Promise<SimilarHits> => {
  const search: SimilarSearch = { question, filter, parts: Math.max(FEWEST_PARTS, limit * PARTS_PER_HIT) }
  const index = await findVectorIndex(database, question.space)
  const followed = index === null || (await countReached(database, filter)) <= compared ? [] : await followVectorIndex(database, index, search)
  // With fewer parts than it was asked for, the scan has ended before it saw all that pass: closer ones may be among the rest.
  const found = followed.length < search.parts ? [] : toHits(followed, question.vector)
  const all = found.length >= limit ? found : await compareAll(database, search, limit)
  return { hits: all.slice(0, limit), more: all.length >= limit }
}

const compareAll = async (database: Pick<Database, 'pool'>, search: SimilarSearch, limit: number): Promise<readonly Hit[]> => {
  const { filter, parts, question } = search
  const first = await compareAllVectors(database, search, narrows(filter))
  const hits = toHits(first, question.vector)
  // Deleted records took the place of others.
  const depleted = hits.length < limit && !narrows(filter) && (first[0]?.near ?? parts) === parts
  return depleted ? toHits(await compareAllVectors(database, search, true), question.vector) : hits
}

/** Counts the records of the sources and streams that pass a filter. */
const countReached = async ({ pool }: Pick<Database, 'pool'>, { sourceIds, connector, labels, stream }: RecordFilter): Promise<number> => {
  const { values, add } = createSqlParts()
  const conditions = allOf(recordConditions({ sourceIds, connector, labels, stream, deleted: 'include' }, add))
  const { rows } = await pool.query<{ records: number }>(
    `SELECT coalesce(sum(st.live_records), 0)::float8 AS records FROM streams st
     JOIN sources s ON s.id = st.source_id AND s.deleting_at IS NULL CROSS JOIN LATERAL (SELECT s.id AS source_id) r WHERE ${conditions}`,
    values,
  )
  return rows[0]?.records ?? 0
}

const toHits = (rows: readonly SimilarPart[], question: Float32Array): readonly Hit[] => {
  const records = new Map<string, { readonly row: SimilarPart; readonly parts: { part: number; score: number }[] }>()
  for (const row of rows) {
    const name = `${row.streamId}-${row.keyHash}`
    const known = records.get(name) ?? { row, parts: [] }
    known.parts.push({ part: row.ordinal, score: cosine(question, row.vector) })
    records.set(name, known)
  }
  return [...records.values()]
    .map(({ row: { streamId, keyHash, doc, fetchedAt, occurredAt, catalog }, parts }): Hit => {
      parts.sort((a, b) => b.score - a.score || a.part - b.part)
      const share = shareOf({ catalog })
      return {
        record: doc ?? 0,
        streamId,
        keyHash,
        fetchedAt,
        occurredAt,
        share,
        score: share * (parts[0]?.score ?? 0),
        parts: parts.slice(0, CITED_PARTS),
      }
    })
    .sort((a, b) => b.score - a.score || a.streamId - b.streamId || (a.keyHash < b.keyHash ? -1 : 1))
}
