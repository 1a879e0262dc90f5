import type { Database } from '../database.js'
import { asHalfvec } from '../embeddings/vector-index.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { recordConditions, recordsAt } from './record-row.js'
import { SIMILAR_RECORD, type SimilarPart, type SimilarSearch } from './similar-parts.js'

/** The maximum that pgvector accepts is 1,000. */
const MOST_AT_ONCE = 1_000
/** How many vectors, and how much memory, may be spent on finding parts that pass the filter before the search returns what it has. */
const MOST_LOOKED_AT = 40_000
const TIMES_WORK_MEM = 8

// Relaxed order: parts that arrive late count as well, since the vectors are compared again. Without sorting, Postgres can only follow the index,
// whatever the statistics say.
const SETTINGS = `SELECT set_config('hnsw.ef_search', $1, true), set_config('hnsw.iterative_scan', 'relaxed_order', true),
  set_config('hnsw.max_scan_tuples', '${MOST_LOOKED_AT}', true), set_config('hnsw.scan_mem_multiplier', '${TIMES_WORK_MEM}', true),
  set_config('enable_sort', 'off', true)`

/** Returns the closest parts of records that pass, in the order in which the generation's index yields them; fewer if few pass. */
export const followVectorIndex = async (
  { transaction }: Pick<Database, 'transaction'>,
  { schema }: { readonly schema: string },
  { question: { space, vector }, filter, parts }: SimilarSearch,
): Promise<readonly SimilarPart[]> => {
  const { values, add } = createSqlParts()
  const own = { schema, dimensions: vector.length }
  const wanted = `${add(`[${vector.join()}]`)}::${schema}.halfvec(${own.dimensions})`
  const conditions = allOf(recordConditions(filter, add))
  return transaction(async (client) => {
    await client.query(SETTINGS, [String(Math.min(MOST_AT_ONCE, parts))])
    const { rows } = await client.query<SimilarPart>(
      // The space is part of the indexed expression, so it must be known when the statement is planned.
      `SELECT ${SIMILAR_RECORD}, v.ordinal, v.vector
       FROM search_vectors v ${recordsAt('stream_id = v.stream_id AND key_hash = v.key_hash')} WHERE v.space = ${space} AND ${conditions}
       ORDER BY ${asHalfvec('v.vector', own)} OPERATOR(${schema}.<#>) ${wanted} LIMIT ${add(parts)}`,
      values,
    )
    return rows
  })
}
