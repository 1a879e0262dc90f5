import type pg from 'pg'
import { CHANGES_OF, LEAVE_TO_INDEX } from '../changes/log-changes.js'
import { inTransaction } from './index-lock.js'

/** How many records, and approximate bytes of them, are renumbered at once: batches of their source wait meanwhile. */
const CHUNK = 1_000
const CHUNK_BYTES = 4_194_304

// Records being written now may be indexed before this commits, so a source without any is looked at too.
const REQUEST = `
INSERT INTO search_reindexings (source_id, records) SELECT $1, coalesce(sum(live_records), 0) FROM streams WHERE source_id = $1
ON CONFLICT (source_id) DO UPDATE SET
  up_to = NULL, stream_id = NULL, key_hash = NULL, records = EXCLUDED.records, done = 0, created_at = now()`

/** Queues all records of a source for the indexer, in the transaction that changes how they are indexed. */
export const requestReindexing = async (client: pg.ClientBase, sourceId: string): Promise<void> => {
  await client.query(REQUEST, [sourceId])
}

// Anything numbered from now on is indexed after the change that was requested, since that is committed.
const NEXT = `
SELECT source_id AS "sourceId", stream_id AS "streamId", key_hash AS "keyHash", coalesce(up_to, (SELECT last_value FROM record_docs))::text AS "upTo"
FROM search_reindexings ORDER BY created_at, source_id LIMIT 1 FOR UPDATE`

// A sweep finds records by their ctid, which changes here: no batch of the source may be stored meanwhile.
const KEEP_BATCHES_OUT = 'SELECT FROM leases WHERE source_id = $1 FOR UPDATE'

const NEXT_STREAM = 'SELECT min(id) AS id FROM streams WHERE source_id = $1 AND ($2::int IS NULL OR id > $2)'

// Without statistics, reading and sorting all that follow would look cheaper than the first thousand in the order of the index.
const IN_ORDER = 'SET LOCAL enable_sort = off'

const RENUMBER = `
WITH sized AS MATERIALIZED (
  SELECT stream_id, key_hash, coalesce(pg_column_size(text), 0) + pg_column_size(data) AS bytes FROM records
  WHERE stream_id = $1 AND ($2::bytea IS NULL OR key_hash > $2) AND doc_id <= $3 AND deleted_at IS NULL ORDER BY key_hash LIMIT ${CHUNK}
), chosen AS MATERIALIZED (
  SELECT stream_id, key_hash, bytes FROM (SELECT *, sum(bytes) OVER (ORDER BY key_hash) - bytes AS before FROM sized) s WHERE before < ${CHUNK_BYTES}
), fresh AS (
  UPDATE records r SET doc_id = nextval('record_docs'), prior_doc_id = r.doc_id FROM chosen c
  WHERE r.stream_id = c.stream_id AND r.key_hash = c.key_hash
  RETURNING r.stream_id, r.key_hash, r.source_id, r.doc_id, r.prior_doc_id, c.bytes
), ${LEAVE_TO_INDEX('sum(bytes)')}, ${CHANGES_OF('fresh', 'source_id')}
SELECT count(*)::int AS records, (SELECT key_hash FROM fresh ORDER BY key_hash DESC LIMIT 1) AS last FROM fresh`

const PROGRESS = 'UPDATE search_reindexings SET up_to = $2, stream_id = $3, key_hash = $4, done = done + $5 WHERE source_id = $1'

interface Place {
  readonly sourceId: string
  readonly streamId: number | null
  readonly keyHash: Buffer | null
  readonly upTo: string
}

/**
 * Assigns new numbers to some of the records to be indexed again, as if they had changed: until that is done they are found as before. The caller
 * holds the index lock. Returns whether there was anything to do.
 */
export const renumberSome = async (client: pg.ClientBase): Promise<boolean> =>
  inTransaction(client, async () => {
    const { rows } = await client.query<Place>(NEXT)
    const [place] = rows
    if (place === undefined) return false
    await client.query(KEEP_BATCHES_OUT, [place.sourceId])
    const streamId = place.keyHash === null ? await nextStream(client, place) : place.streamId
    if (streamId === null) await client.query('DELETE FROM search_reindexings WHERE source_id = $1', [place.sourceId])
    else await renumber(client, { ...place, streamId })
    return true
  })

const nextStream = async (client: pg.ClientBase, { sourceId, streamId }: Place): Promise<number | null> => {
  const { rows } = await client.query<{ id: number | null }>(NEXT_STREAM, [sourceId, streamId])
  return rows[0]?.id ?? null
}

const renumber = async (client: pg.ClientBase, { sourceId, streamId, keyHash, upTo }: Place): Promise<void> => {
  await client.query(IN_ORDER)
  const { rows } = await client.query<{ records: number; last: Buffer | null }>(RENUMBER, [streamId, keyHash, upTo])
  const { records, last } = rows[0] ?? { records: 0, last: null }
  // Without a key, the next stream follows.
  await client.query(PROGRESS, [sourceId, upTo, streamId, last, records])
}
