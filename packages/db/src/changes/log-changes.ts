// Every statement that writes records also logs which ones it changed: one row of some 60 bytes per batch of new records, since the numbers of their
// states are consecutive. See docs/adr/0022-a-change-feed-in-the-order-of-transactions.md.

/** The most changes of one statement in a row, so that a page of the feed never has to read many more than it shows. */
const ROW = 1_000

/** A CTE that logs the changed records of the CTE `from`, which contains their `doc_id`; `source` is their source. */
export const CHANGES_OF = (from: string, source: string): string => `numbers AS (
  SELECT ${source} AS source, doc_id, (row_number() OVER (ORDER BY doc_id) - 1) / ${ROW} AS part FROM ${from}
), logged AS (
  INSERT INTO record_changes (source_id, docs, records)
  SELECT source, range_agg(int8range(doc_id, doc_id, '[]')), count(*) FROM numbers GROUP BY source, part
)`

/** A CTE that queues the new states of the CTE `fresh` for the search index. */
const PENDING_FROM = (bytes: string): string => `pending AS (
  INSERT INTO search_pending (docs, records, bytes) SELECT array_agg(doc_id), count(*), ${bytes} FROM fresh HAVING count(*) > 0
)`

/**
 * CTEs that log the records of the CTE `fresh` and queue them for the search index, if all are new and fit into one row. Their numbers are mostly
 * consecutive, since they were assigned one after the other; merging them into ranges one by one costs a hundred times as much.
 */
export const LOG_FRESH = (source: string, bytes: string): string => `numbers AS MATERIALIZED (
  SELECT array_agg(doc_id) AS docs, count(*) AS records, min(doc_id) AS first, max(doc_id) AS last FROM fresh HAVING count(*) > 0
), pending AS (
  INSERT INTO search_pending (docs, records, bytes) SELECT docs, records, ${bytes} FROM numbers
), logged AS (
  INSERT INTO record_changes (source_id, docs, records)
  SELECT ${source}, CASE WHEN last - first + 1 = records THEN int8multirange(int8range(first, last, '[]'))
    ELSE (SELECT range_agg(int8range(doc_id, doc_id, '[]')) FROM fresh) END, records FROM numbers
)`

/** CTEs that queue the new states of the CTE `fresh` for the search index, which finds them by their previous numbers until then (ADR 21). */
export const LEAVE_TO_INDEX = (bytes: string): string => `former AS (
  INSERT INTO search_former (doc_id, stream_id, key_hash) SELECT prior_doc_id, stream_id, key_hash FROM fresh WHERE prior_doc_id IS NOT NULL
), ${PENDING_FROM(bytes)}`

/** The number of a record that is deleted: a record stored by a version without numbers gets its first one. */
export const NUMBERED = (record: string): string => `coalesce(${record}.doc_id, nextval('record_docs'))`
