import type pg from 'pg'
import type { Database } from '../database.js'
import { keysInOrder, LOCKED_RECORD } from '../search/locked-records.js'

/** What identifies a record. */
export interface RecordKey {
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
}

// Only if a generation exists. The record is locked, as its chunks are: it cannot be deleted with its source before this row can be deleted too.
const FOLLOW = `
WITH present AS MATERIALIZED (
  SELECT p.stream_id, p.key_hash FROM ${keysInOrder(1, 2)} CROSS JOIN LATERAL (${LOCKED_RECORD}) p
  WHERE (SELECT true FROM search_generations WHERE deleting_at IS NULL LIMIT 1))
INSERT INTO embedding_pending AS e (space, stream_id, key_hash)
SELECT g.space, p.stream_id, p.key_hash FROM present p, search_generations g WHERE g.deleting_at IS NULL ORDER BY 1, 2, 3
ON CONFLICT (space, stream_id, key_hash) DO UPDATE SET revision = e.revision + 1, attempts = 0, problem = NULL, failures = 0, retry_at = NULL`

/** Records that the parts of these records have changed, as the last statement of the transaction that indexes them. */
export const followRecords = async (client: pg.ClientBase, records: readonly RecordKey[]): Promise<void> => {
  if (records.length === 0) return
  await client.query(FOLLOW, [records.map(({ streamId }) => streamId), records.map(({ keyHash }) => keyHash)])
}

/** A walk pauses while this many records are waiting. */
const MAX_WALKED_WAITING = 20_000
const WALKED_AT_A_TIME = 2_000
/** Nothing should be missing; whatever is, is found within this time. */
const WALK_AGAIN = `interval '24 hours'`

// A walk that ended longer ago than this starts again from the beginning.
const WALK = `
WITH g AS MATERIALIZED (
  SELECT space, walk_stream, walk_key FROM search_generations
  WHERE space = $1 AND deleting_at IS NULL AND (walked_at IS NULL OR walk_stream IS NOT NULL OR walked_at < now() - ${WALK_AGAIN})
    AND (SELECT count(*) FROM (SELECT FROM embedding_pending WHERE space = $1 AND problem IS NULL LIMIT ${MAX_WALKED_WAITING}) p) < ${MAX_WALKED_WAITING}
  FOR UPDATE SKIP LOCKED
), page AS MATERIALIZED (
  SELECT r.stream_id, r.key_hash, r.deleted_at IS NULL AS live FROM g, LATERAL (
    SELECT stream_id, key_hash, deleted_at FROM records
    WHERE (stream_id, key_hash) > (coalesce(g.walk_stream, -1), coalesce(g.walk_key, ''::bytea)) ORDER BY stream_id, key_hash LIMIT ${WALKED_AT_A_TIME}) r
), present AS MATERIALIZED (
  SELECT p.stream_id, p.key_hash FROM (
    SELECT stream_id, key_hash FROM page c WHERE c.live AND (
      SELECT true FROM search_codes WHERE stream_id = c.stream_id AND key_hash = c.key_hash AND ordinal = 0 AND space = $1 LIMIT 1) IS NULL
    ORDER BY 1, 2) k CROSS JOIN LATERAL (${LOCKED_RECORD}) p
), added AS (
  INSERT INTO embedding_pending (space, stream_id, key_hash) SELECT $1, stream_id, key_hash FROM present ON CONFLICT DO NOTHING
), last AS (
  SELECT stream_id, key_hash FROM page ORDER BY stream_id DESC, key_hash DESC LIMIT 1
), size AS (
  SELECT count(*) AS records, count(*) FILTER (WHERE live) AS live FROM page
)
UPDATE search_generations s SET
  walk_stream = CASE WHEN size.records < ${WALKED_AT_A_TIME} THEN NULL ELSE (SELECT stream_id FROM last) END,
  walk_key = CASE WHEN size.records < ${WALKED_AT_A_TIME} THEN NULL ELSE (SELECT key_hash FROM last) END,
  walked = CASE WHEN g.walk_stream IS NULL THEN 0 ELSE walked END + size.live,
  walked_at = CASE WHEN size.records < ${WALKED_AT_A_TIME} THEN now() ELSE walked_at END
FROM g, size WHERE s.space = g.space
RETURNING size.records::int AS records`

/**
 * Advances a generation's walk over all records by one step, queueing those without vectors. Returns whether there may be more to walk. The walk
 * starts again once a day, and pauses while enough records are waiting.
 */
export const walkRecords = async ({ pool }: Pick<Database, 'pool'>, space: number): Promise<boolean> => {
  const { rows } = await pool.query<{ records: number }>(WALK, [space])
  return (rows[0]?.records ?? 0) === WALKED_AT_A_TIME
}

/** A record claimed by a process that makes its vectors. */
export interface ClaimedRecord extends RecordKey {
  readonly revision: number
  /** How often it was taken without being finished, including this time. */
  readonly attempts: number
}

/** Identifies one claim on records of a generation. */
export interface Claimant {
  readonly space: number
  readonly by: string
}

/** How long a claim lasts without renewal. */
const HELD = `interval '3 minutes'`

/** A refused text is tried again after an hour, then ever more rarely, up to once a week: the endpoint may have been at fault, and each try costs. */
const NEXT_TRY = `clock_timestamp() + least(interval '7 days', interval '1 hour' * 2 ^ least(10, e.failures))`

const TAKE = (condition: string): string => `
WITH next AS (
  SELECT space, stream_id, key_hash FROM embedding_pending
  WHERE space = $1 AND ${condition} AND (taken_until IS NULL OR taken_until < clock_timestamp()) LIMIT $2 FOR UPDATE SKIP LOCKED)
UPDATE embedding_pending e SET taken_by = $3, taken_until = clock_timestamp() + ${HELD}, attempts = e.attempts + 1
FROM next n WHERE e.space = n.space AND e.stream_id = n.stream_id AND e.key_hash = n.key_hash
RETURNING e.stream_id AS "streamId", encode(e.key_hash, 'hex') AS "keyHash", e.revision, e.attempts`

const TAKE_NEW = TAKE('problem IS NULL')
const TAKE_REFUSED = TAKE(`problem IS NOT NULL AND coalesce(retry_at, '-infinity') <= clock_timestamp()`)

/** Claims records that need vectors and that no other process holds; if there are none, those that were refused some time ago. */
export const claimRecords = async ({ pool }: Pick<Database, 'pool'>, { space, by }: Claimant, limit: number): Promise<readonly ClaimedRecord[]> => {
  const { rows } = await pool.query<ClaimedRecord>(TAKE_NEW, [space, limit, by])
  return rows.length > 0 ? rows : (await pool.query<ClaimedRecord>(TAKE_REFUSED, [space, limit, by])).rows
}

const FINISH = `
WITH held AS MATERIALIZED (
  SELECT revision FROM embedding_pending WHERE space = $1 AND taken_by = $2 AND stream_id = $3 AND key_hash = decode($4, 'hex') FOR UPDATE
), codes AS (
  DELETE FROM search_codes c USING held WHERE c.space = $1 AND c.stream_id = $3 AND c.key_hash = decode($4, 'hex') AND c.ordinal >= $5
), vectors AS (
  DELETE FROM search_vectors v USING held WHERE v.space = $1 AND v.stream_id = $3 AND v.key_hash = decode($4, 'hex') AND v.ordinal >= $5
), done AS (
  DELETE FROM embedding_pending e USING held WHERE e.space = $1 AND e.stream_id = $3 AND e.key_hash = decode($4, 'hex')
    AND held.revision = $6 AND $7::text IS NULL
)
UPDATE embedding_pending e SET taken_by = NULL, taken_until = NULL, attempts = 0, problem = CASE WHEN held.revision = $6 THEN left($7, 1000) END,
  failures = CASE WHEN held.revision = $6 THEN e.failures + 1 ELSE 0 END, retry_at = CASE WHEN held.revision = $6 THEN ${NEXT_TRY} END
FROM held WHERE e.space = $1 AND e.stream_id = $3 AND e.key_hash = decode($4, 'hex') AND NOT (held.revision = $6 AND $7::text IS NULL)`

/**
 * Completes the work on a record that has this many parts. A record that changed meanwhile stays to be claimed again; one with a problem stays too,
 * but is not claimed until it changes or an hour has passed, after further failures more.
 */
export const finishRecord = async (
  { pool }: Pick<Database, 'pool'>,
  { space, by }: Claimant,
  { streamId, keyHash, revision, parts, problem }: Omit<ClaimedRecord, 'attempts'> & { readonly parts: number; readonly problem: string | null },
): Promise<void> => {
  await pool.query(FINISH, [space, by, streamId, keyHash, parts, revision, problem?.replaceAll('\u0000', '') ?? null])
}

/** Returns claimed records that were not finished, without counting the attempt against them. */
export const releaseRecords = async ({ pool }: Pick<Database, 'pool'>, { space, by }: Claimant): Promise<void> => {
  await pool.query(
    'UPDATE embedding_pending SET taken_by = NULL, taken_until = NULL, attempts = greatest(0, attempts - 1) WHERE space = $1 AND taken_by = $2',
    [space, by],
  )
}

/** Renews the claim on records. */
export const holdRecords = async ({ pool }: Pick<Database, 'pool'>, { space, by }: Claimant): Promise<void> => {
  await pool.query(`UPDATE embedding_pending SET taken_until = clock_timestamp() + ${HELD} WHERE space = $1 AND taken_by = $2`, [space, by])
}
