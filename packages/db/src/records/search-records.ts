import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { countWithin, type FetchedRecord, fetchRecords, type RecordKeyRow } from './fetch-records.js'
import type { RecordRows } from './list-records.js'
import { RECORD_TABLES, type RecordFilter, recordConditions } from './record-row.js'

/** More matches than this are not ranked: ranking reads the words of each. */
export const MAX_RANKED = 10_000

export interface RecordSearch extends RecordFilter {
  readonly query: string
  readonly offset: number
  readonly limit: number
  readonly maxBytes: number
}

export interface RankedRecord extends FetchedRecord {
  readonly score: number
}

export interface SearchRows extends RecordRows<RankedRecord> {
  /** Whether more than MAX_RANKED records match. */
  readonly truncated: boolean
}

interface HitRow extends RecordKeyRow {
  readonly score: number
  readonly matches: string
}

/** Records that match the words (websearch syntax), best first. Without a word that can be searched, nothing matches. */
export const searchRecords = async (database: Database, search: RecordSearch): Promise<SearchRows> => {
  const { values, add } = createSqlParts()
  const query = `websearch_to_tsquery('english', ${add(search.query)})`
  const where = allOf([`r.tsv @@ ${query}`, ...recordConditions(search, add)])
  const { rows } = await database.pool.query<HitRow>(
    `WITH hits AS MATERIALIZED (SELECT r.stream_id, r.key_hash, r.fetched_at, ts_rank_cd(r.tsv, ${query}, 1) AS score
       FROM ${RECORD_TABLES} WHERE ${where} LIMIT ${MAX_RANKED + 1}),
     page AS (SELECT *, count(*) OVER () AS matches FROM hits ORDER BY score DESC, fetched_at DESC, stream_id, key_hash
       OFFSET ${add(search.offset)} LIMIT ${add(search.limit + 1)})
     SELECT p.stream_id AS "streamId", encode(p.key_hash, 'hex') AS "keyHash", octet_length(r.data::text) AS bytes, p.score, p.matches
     FROM page p JOIN records r ON r.stream_id = p.stream_id AND r.key_hash = p.key_hash
     ORDER BY p.score DESC, p.fetched_at DESC, p.stream_id, p.key_hash`,
    values,
  )
  const count = countWithin(rows, search.limit, search.maxBytes)
  const page = rows.slice(0, count)
  const scores = new Map(page.map((row) => [`${row.streamId}-${row.keyHash}`, row.score]))
  const records = await fetchRecords(database, page, search.query)
  return {
    records: records.map((record) => ({ ...record, score: scores.get(`${record.streamId}-${record.keyHash}`) ?? 0 })),
    more: count < rows.length,
    truncated: Number(rows[0]?.matches ?? 0) > MAX_RANKED,
  }
}
