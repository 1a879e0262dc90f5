import { signBits } from '@inlet/search'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { RECORD_TABLES, recordConditions, recordsAt } from './record-row.js'
import { SIMILAR_RECORD, type SimilarPart, type SimilarSearch } from './similar-parts.js'

/** `near`: how many parts the sign codes yielded before those of filtered-out records were removed. */
export type ComparedPart = SimilarPart & { readonly near: number }

/**
 * Finds the parts whose sign codes differ least from the question's, over all vectors of the generation. Applying the filter first loses none of the
 * parts that pass it; otherwise parts that do not pass take the place of others.
 */
export const compareAllVectors = async (
  { pool }: Pick<Database, 'pool'>,
  { question: { space, vector }, filter, parts }: SimilarSearch,
  filterFirst: boolean,
): Promise<readonly ComparedPart[]> => {
  const { values, add } = createSqlParts()
  const [inSpace, code, count] = [add(space), add(signBits(vector)), add(parts)]
  const conditions = allOf(recordConditions(filter, add))
  const passing = filterFirst ? `JOIN (${RECORD_TABLES}) ON r.stream_id = c.stream_id AND r.key_hash = c.key_hash` : ''
  const { rows } = await pool.query<ComparedPart>(
    `WITH near AS MATERIALIZED (
       SELECT c.stream_id, c.key_hash, c.ordinal FROM search_codes c ${passing}
       WHERE c.space = ${inSpace} AND ${filterFirst ? conditions : 'TRUE'} ORDER BY bit_count(c.code # ${code}::varbit), 1, 2, 3 LIMIT ${count})
     SELECT ${SIMILAR_RECORD}, n.ordinal, v.vector, (SELECT count(*) FROM near)::int AS near
     FROM near n CROSS JOIN LATERAL (
       SELECT vector FROM search_vectors WHERE space = ${inSpace} AND stream_id = n.stream_id AND key_hash = n.key_hash AND ordinal = n.ordinal LIMIT 1) v
     ${recordsAt('stream_id = n.stream_id AND key_hash = n.key_hash')} WHERE ${conditions}`,
    values,
  )
  return rows
}
