import type { RankedHit } from '@inlet/search'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { RECORD_TABLES, type RecordFilter, recordConditions } from './record-row.js'

/** A ranked record that exists and passes the filter. */
export interface Hit extends RankedHit {
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  /** Milliseconds since 1970. */
  readonly fetchedAt: number
  readonly occurredAt: number | null
}

interface HitRow {
  readonly place: number
  readonly streamId: number
  readonly keyHash: string
  readonly fetchedAt: number
  readonly occurredAt: number | null
}

/** Those of the ranked records that exist still and pass the filter, in their order. */
export const findHits = async ({ pool }: Pick<Database, 'pool'>, ranked: readonly RankedHit[], filter: RecordFilter): Promise<readonly Hit[]> => {
  if (ranked.length === 0) return []
  const { values, add } = createSqlParts()
  const { rows } = await pool.query<HitRow>(
    `SELECT c.place::int AS place, r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash",
       extract(epoch FROM r.fetched_at)::float8 * 1000 AS "fetchedAt", extract(epoch FROM r.occurred_at)::float8 * 1000 AS "occurredAt"
     FROM unnest(${add(ranked.map(({ record }) => record))}::bigint[]) WITH ORDINALITY AS c(doc, place) JOIN (${RECORD_TABLES}) ON r.doc_id = c.doc
     WHERE ${allOf(recordConditions(filter, add))} ORDER BY c.place`,
    values,
  )
  return rows.flatMap(({ place, ...row }) => {
    const hit = ranked[place - 1]
    return hit === undefined ? [] : [{ ...hit, ...row }]
  })
}

/** The numbers of the records that pass a filter; null when there are more than `limit`. */
export const findFiltered = async ({ pool }: Pick<Database, 'pool'>, filter: RecordFilter, limit: number): Promise<ReadonlySet<number> | null> => {
  const { values, add } = createSqlParts()
  const { rows } = await pool.query<{ doc: string }>(
    `SELECT r.doc_id::text AS doc FROM ${RECORD_TABLES} WHERE ${allOf(recordConditions(filter, add))} AND r.doc_id IS NOT NULL LIMIT ${add(limit + 1)}`,
    values,
  )
  return rows.length > limit ? null : new Set(rows.map(({ doc }) => Number(doc)))
}

/** The numbers that records have in the index now, in the order of the records; 0 for one that is gone or not indexed yet. */
export const findNumbers = async (
  { pool }: Pick<Database, 'pool'>,
  keys: readonly Pick<Hit, 'streamId' | 'keyHash'>[],
): Promise<readonly number[]> => {
  const { rows } = await pool.query<{ doc: string | null }>(
    `SELECT r.doc_id::text AS doc FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS k(stream_id, key_hash, place)
     LEFT JOIN records r ON r.stream_id = k.stream_id AND r.key_hash = decode(k.key_hash, 'hex') ORDER BY k.place`,
    [keys.map(({ streamId }) => streamId), keys.map(({ keyHash }) => keyHash)],
  )
  return rows.map(({ doc }) => Number(doc ?? 0))
}
