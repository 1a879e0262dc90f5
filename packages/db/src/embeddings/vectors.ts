import { packVector, signBits } from '@inlet/search'
import type { Database } from '../database.js'
import { LOCKED_RECORD } from '../search/locked-records.js'
import type { Claimant, RecordKey } from './pending.js'

/** A part of a record, and the hash of its text as embedded. */
export interface PartText extends RecordKey {
  readonly ordinal: number
  /** Of the text that is embedded: 16 bytes. */
  readonly hash: Uint8Array
}

/** A vector as it is stored. */
export interface StoredVector {
  readonly code: string
  readonly packed: Uint8Array
}

export const toStoredVector = (vector: Float32Array): StoredVector => ({ code: signBits(vector), packed: packVector(vector) })

const columnsOf = (parts: readonly PartText[]): readonly unknown[] => [
  parts.map(({ streamId }) => streamId),
  parts.map(({ keyHash }) => keyHash),
  parts.map(({ ordinal }) => ordinal),
  parts.map(({ hash }) => Buffer.from(hash)),
]

const FIND = `
SELECT w.place::int AS place, own.hash IS NOT NULL AS same, k.code::text AS code, v.vector AS packed
FROM unnest($2::int[], $3::text[], $4::int[], $5::bytea[]) WITH ORDINALITY AS w(stream_id, key_hash, ordinal, hash, place)
LEFT JOIN LATERAL (SELECT hash FROM search_codes WHERE space = $1 AND stream_id = w.stream_id AND key_hash = decode(w.key_hash, 'hex')
  AND ordinal = w.ordinal AND hash = w.hash LIMIT 1) own ON true
LEFT JOIN LATERAL (SELECT code, stream_id, key_hash, ordinal FROM search_codes WHERE space = $1 AND hash = w.hash AND own.hash IS NULL LIMIT 1) k ON true
LEFT JOIN LATERAL (
  SELECT vector FROM search_vectors WHERE space = $1 AND stream_id = k.stream_id AND key_hash = k.key_hash AND ordinal = k.ordinal LIMIT 1) v ON true
ORDER BY 1`

/**
 * Looks up what a generation has of these texts: `same` if the vector is already stored at its place, a vector if it is stored elsewhere, null if it
 * must be made.
 */
export const findVectors = async (
  { pool }: Pick<Database, 'pool'>,
  space: number,
  parts: readonly PartText[],
): Promise<readonly ('same' | StoredVector | null)[]> => {
  const { rows } = await pool.query<{ place: number; same: boolean; code: string | null; packed: Uint8Array | null }>(FIND, [
    space,
    ...columnsOf(parts),
  ])
  const found = new Map(rows.map((row) => [row.place, row]))
  return parts.map((_part, n) => {
    const row = found.get(n + 1)
    if (row?.same === true) return 'same'
    return row === undefined || row.code === null || row.packed === null ? null : { code: row.code, packed: row.packed }
  })
}

// Only what this claim still covers, of a record and a generation that still exist: both are locked, so neither can be deleted without these rows.
const WRITE = `
WITH w AS MATERIALIZED (
  SELECT stream_id, decode(key, 'hex') AS key_hash, ordinal, hash, code, vector
  FROM unnest($3::int[], $4::text[], $5::int[], $6::bytea[], $7::text[], $8::bytea[]) AS w(stream_id, key, ordinal, hash, code, vector)
), g AS MATERIALIZED (
  SELECT space FROM search_generations WHERE space = $1 AND deleting_at IS NULL LIMIT 1 FOR KEY SHARE
), held AS MATERIALIZED (
  SELECT e.stream_id, e.key_hash FROM g CROSS JOIN (SELECT DISTINCT stream_id, key_hash FROM w ORDER BY 1, 2) k CROSS JOIN LATERAL (
    SELECT stream_id, key_hash FROM embedding_pending
    WHERE space = g.space AND stream_id = k.stream_id AND key_hash = k.key_hash AND taken_by = $2 LIMIT 1 FOR UPDATE) e
), present AS MATERIALIZED (
  SELECT p.stream_id, p.key_hash FROM (SELECT stream_id, key_hash FROM held ORDER BY 1, 2) k CROSS JOIN LATERAL (${LOCKED_RECORD}) p
), kept AS MATERIALIZED (
  SELECT w.* FROM w JOIN present USING (stream_id, key_hash) ORDER BY 1, 2, 3
), codes AS (
  INSERT INTO search_codes (space, stream_id, key_hash, ordinal, hash, code) SELECT $1, stream_id, key_hash, ordinal, hash, code::varbit FROM kept
  ON CONFLICT (stream_id, key_hash, ordinal, space) DO UPDATE SET hash = EXCLUDED.hash, code = EXCLUDED.code
), vectors AS (
  INSERT INTO search_vectors (space, stream_id, key_hash, ordinal, vector) SELECT $1, stream_id, key_hash, ordinal, vector FROM kept
  ON CONFLICT (stream_id, key_hash, ordinal, space) DO UPDATE SET vector = EXCLUDED.vector
)
SELECT count(*)::int AS rows FROM kept`

/** Writes vectors of records claimed by this claimant; records no longer claimed are left out. Returns how many were written. */
export const writeVectors = async (
  { pool }: Pick<Database, 'pool'>,
  { space, by }: Claimant,
  vectors: readonly (PartText & StoredVector)[],
): Promise<number> => {
  if (vectors.length === 0) return 0
  const { rows } = await pool.query<{ rows: number }>(WRITE, [
    space,
    by,
    ...columnsOf(vectors),
    vectors.map(({ code }) => code),
    vectors.map(({ packed }) => Buffer.from(packed)),
  ])
  return rows[0]?.rows ?? 0
}
