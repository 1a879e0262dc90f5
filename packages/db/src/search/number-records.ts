import { CHANGES_OF } from '../changes/log-changes.js'
import type { Database } from '../database.js'

const CHUNK = 1_000

// Locked, so that no record changes between being read and being numbered; a transaction that is writing one numbers it itself.
const NUMBER = `
WITH unnumbered AS MATERIALIZED (
  SELECT stream_id, key_hash FROM records WHERE doc_id IS NULL AND deleted_at IS NULL ORDER BY stream_id, key_hash LIMIT $1 FOR UPDATE SKIP LOCKED
), numbered AS (
  UPDATE records r SET doc_id = nextval('record_docs') FROM unnumbered u WHERE r.stream_id = u.stream_id AND r.key_hash = u.key_hash
  RETURNING r.doc_id, r.source_id, pg_column_size(r.text) + pg_column_size(r.data) AS bytes
), ${CHANGES_OF('numbered', 'source_id')}
INSERT INTO search_pending (docs, records, bytes) SELECT array_agg(doc_id), count(*), coalesce(sum(bytes), 0) FROM numbered HAVING count(*) > 0
RETURNING records`

/** Numbers records that an earlier version stored, so that they are indexed and appear in the change feed. Safe to interrupt; returns how many. */
export const numberRecords = async (
  { pool }: Pick<Database, 'pool'>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number> => {
  let numbered = 0
  while (options.signal?.aborted !== true) {
    const { rows } = await pool.query<{ records: number }>(NUMBER, [CHUNK])
    const count = rows[0]?.records ?? 0
    numbered += count
    if (count < CHUNK) break
  }
  return numbered
}
