import type { RankedHit } from '@inlet/search'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { RECORD_TABLES, type RecordFilter, recordConditions, recordsAt } from './record-row.js'

/** A ranked record that exists and passes the filter. */
export interface Hit extends RankedHit {
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  /** Milliseconds since 1970. */
  readonly fetchedAt: number
  readonly occurredAt: number | null
  /** Factor on its score, up to 1. */
  readonly share: number
}

/** Factor for a record that only says what others contain, such as the name and size of a file. */
const CATALOG = 0.5

export const shareOf = ({ catalog }: { readonly catalog: boolean }): number => (catalog ? CATALOG : 1)

interface HitRow {
  readonly place: number
  readonly catalog: boolean
  readonly streamId: number
  readonly keyHash: string
  readonly fetchedAt: number
  readonly occurredAt: number | null
}

/** Returns the ranked records that still exist and pass the filter, in ranking order. */
export const findHits = async ({ pool }: Pick<Database, 'pool'>, ranked: readonly RankedHit[], filter: RecordFilter): Promise<readonly Hit[]> => {
  if (ranked.length === 0) return []
  const { values, add } = createSqlParts()
  const docs = add(ranked.map(({ record }) => record))
  const conditions = allOf(recordConditions(filter, add))
  const select = (joined: string): string => `
    SELECT c.place::int AS place, st.catalog, r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash",
      extract(epoch FROM r.fetched_at)::float8 * 1000 AS "fetchedAt", extract(epoch FROM r.occurred_at)::float8 * 1000 AS "occurredAt"
    FROM ${joined} WHERE ${conditions}`
  const { rows } = await pool.query<HitRow>(
    `WITH c AS MATERIALIZED (
       SELECT d.doc, d.place, f.stream_id, f.key_hash
       FROM unnest(${docs}::bigint[]) WITH ORDINALITY AS d(doc, place)
       LEFT JOIN LATERAL (SELECT stream_id, key_hash FROM search_former WHERE doc_id = d.doc LIMIT 1) f ON true)
     ${select(`c ${recordsAt('doc_id = c.doc AND c.stream_id IS NULL')}`)}
     UNION ALL ${select(`c ${recordsAt('stream_id = c.stream_id AND key_hash = c.key_hash')}`)} ORDER BY 1`,
    values,
  )
  return rows.flatMap(({ place, catalog, ...row }) => {
    const hit = ranked[place - 1]
    if (hit === undefined) return []
    const share = shareOf({ catalog })
    return [{ ...hit, ...row, share, score: hit.score * share }]
  })
}

/** Returns the index numbers of the records that pass a filter; null when there are more than `limit`. */
export const findFiltered = async ({ pool }: Pick<Database, 'pool'>, filter: RecordFilter, limit: number): Promise<ReadonlySet<number> | null> => {
  const { values, add } = createSqlParts()
  const conditions = allOf(recordConditions(filter, add))
  const { rows } = await pool.query<{ doc: string }>(
    `SELECT r.doc_id::text AS doc FROM ${RECORD_TABLES} WHERE ${conditions} AND r.doc_id IS NOT NULL
     UNION ALL SELECT f.doc_id::text FROM search_former f JOIN (${RECORD_TABLES}) ON r.stream_id = f.stream_id AND r.key_hash = f.key_hash
     WHERE ${conditions} LIMIT ${add(limit + 1)}`,
    values,
  )
  return rows.length > limit ? null : new Set(rows.map(({ doc }) => Number(doc)))
}

/** Returns the current index numbers of records, in the order of the keys; none for a record that is gone. */
export const findNumbers = async (
  { pool }: Pick<Database, 'pool'>,
  keys: readonly Pick<Hit, 'streamId' | 'keyHash'>[],
): Promise<readonly (readonly number[])[]> => {
  const { rows } = await pool.query<{ docs: readonly string[] }>(
    `SELECT ARRAY(SELECT r.doc_id::text WHERE r.doc_id IS NOT NULL
                  UNION ALL SELECT f.doc_id::text FROM search_former f WHERE f.stream_id = r.stream_id AND f.key_hash = r.key_hash) AS docs
     FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS k(stream_id, key_hash, place)
     LEFT JOIN LATERAL (SELECT * FROM records WHERE stream_id = k.stream_id AND key_hash = decode(k.key_hash, 'hex') LIMIT 1) r ON true ORDER BY k.place`,
    [keys.map(({ streamId }) => streamId), keys.map(({ keyHash }) => keyHash)],
  )
  return rows.map(({ docs }) => docs.map(Number))
}
