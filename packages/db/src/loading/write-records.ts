import type { BatchEnvelope } from '@inlet/domain'
import type pg from 'pg'
import { holdKeys, keepFromOlder, oneAtATime } from './out-of-order.js'
import { INPUT, inputOf } from './payload-input.js'

export interface WriteCounts {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly deleted: number
  readonly quarantined: number
}

export const NO_COUNTS: WriteCounts = { inserted: 0, updated: 0, unchanged: 0, deleted: 0, quarantined: 0 }

export const addCounts = (a: WriteCounts, b: WriteCounts): WriteCounts => ({
  inserted: a.inserted + b.inserted,
  updated: a.updated + b.updated,
  unchanged: a.unchanged + b.unchanged,
  deleted: a.deleted + b.deleted,
  quarantined: a.quarantined + b.quarantined,
})

/** A payload, or a part of one after a bisection. */
export interface Slice {
  readonly payload: string
  readonly counts: BatchEnvelope['counts']
}

// The left join keeps unchanged rows out of the INSERT, since ON CONFLICT would lock, and so dirty, each of them.
// Sorting by key makes concurrent batches lock rows in one order. Deleted rows are locked before they are written, so
// that only one of two concurrent batches counts a record as live again.
const UPSERT = `
WITH ${inputOf("r.o = 'u'", ["decode(r.c, 'hex') AS content_hash", 'r.k, r.kind, r.title, r.text, r.url, r.at, r.data, r.val, r.scope'])},
changed AS MATERIALIZED (
  SELECT i.*, old.deleted_at IS NOT NULL AS was_deleted
  FROM input i LEFT JOIN records old ON old.stream_id = i.stream_id AND old.key_hash = i.key_hash
  WHERE old.key_hash IS NULL OR old.content_hash <> i.content_hash OR old.deleted_at IS NOT NULL
     OR old.validator IS DISTINCT FROM i.val OR old.scope IS DISTINCT FROM i.scope
), revived AS MATERIALIZED (
  SELECT t.stream_id, t.key_hash FROM records t JOIN changed c ON c.was_deleted AND c.stream_id = t.stream_id AND c.key_hash = t.key_hash
  WHERE t.deleted_at IS NOT NULL ORDER BY t.stream_id, t.key_hash FOR UPDATE OF t
), written AS (
  INSERT INTO records AS t (stream_id, key_hash, source_id, key, kind, title, text, url, data, content_hash, occurred_at,
                            validator, scope, run_id, version, epoch, seq)
  SELECT stream_id, key_hash, $2, k, kind, title, text, url, data, content_hash, at, val, scope, $3, $4, $5, $6
  FROM changed LEFT JOIN revived USING (stream_id, key_hash) ORDER BY stream_id, key_hash
  ON CONFLICT (stream_id, key_hash) DO UPDATE SET
    key = EXCLUDED.key, kind = EXCLUDED.kind, title = EXCLUDED.title, text = EXCLUDED.text, url = EXCLUDED.url, data = EXCLUDED.data,
    content_hash = EXCLUDED.content_hash, occurred_at = EXCLUDED.occurred_at, validator = EXCLUDED.validator, scope = EXCLUDED.scope,
    run_id = EXCLUDED.run_id, version = EXCLUDED.version, epoch = EXCLUDED.epoch, seq = EXCLUDED.seq,
    fetched_at = now(), deleted_at = NULL
  WHERE (t.epoch, t.seq) < (EXCLUDED.epoch, EXCLUDED.seq)
  RETURNING stream_id, key_hash, (xmax = 0) AS inserted
)
SELECT stream_id, count(*) FILTER (WHERE w.inserted)::int AS inserted, count(*) FILTER (WHERE NOT w.inserted)::int AS updated,
  count(*) FILTER (WHERE w.inserted OR r.key_hash IS NOT NULL)::int AS live
FROM written w LEFT JOIN revived r USING (stream_id, key_hash) GROUP BY stream_id`

const DELETE = `
WITH ${inputOf("r.o = 'd'")},
gone AS (
  UPDATE records t SET deleted_at = now(), fetched_at = now(), run_id = $3, epoch = $4, seq = $5
  FROM input i
  WHERE t.stream_id = i.stream_id AND t.key_hash = i.key_hash AND t.deleted_at IS NULL AND (t.epoch, t.seq) < ($4, $5)
  RETURNING t.stream_id
)
SELECT stream_id, count(*)::int AS deleted FROM gone GROUP BY stream_id`

// A record that could not be stored was seen all the same: a sweep must not delete its older state.
const SEEN = `
INSERT INTO sweep_seen (run_id, stream_id, key_hash)
SELECT $3, st.id, decode(r.h, 'hex') FROM ${INPUT} JOIN streams st ON st.source_id = $2 AND st.name = r.s
WHERE r.o <> 'd' AND r.h <> '' AND r.s = ANY($4::text[]) ON CONFLICT DO NOTHING`

const QUARANTINE = `
INSERT INTO quarantine (source_id, run_id, stream, key, key_hash, epoch, seq, reason, message, raw, record)
SELECT $2, $3, r.s, nullif(left(r.k, 1024), ''), decode(nullif(r.h, ''), 'hex'), $4, $5, r.r, left(r.m, 2000), r.raw, r.rec FROM ${INPUT} WHERE r.o = 'q'`

/** What was written, and by how much the live records of each stream (id) changed. */
export interface Written {
  readonly counts: WriteCounts
  readonly live: ReadonlyMap<number, number>
}

export const NOTHING_WRITTEN: Written = { counts: NO_COUNTS, live: new Map() }

export const addWritten = (a: Written, b: Written): Written => {
  const live = new Map(a.live)
  for (const [stream, delta] of b.live) live.set(stream, (live.get(stream) ?? 0) + delta)
  return { counts: addCounts(a.counts, b.counts), live }
}

/**
 * Applies the records of a slice: a few statements, whatever its size. `inOrder`: everything before this batch is
 * stored. The counters of the streams are left to the caller, who locks their rows last.
 */
export const writeRecords = async (client: pg.ClientBase, batch: BatchEnvelope, slice: Slice, inOrder: boolean): Promise<Written> => {
  const { payload, counts } = slice
  const outOfOrder = batch.overlaps === true && !inOrder
  if (batch.overlaps) await oneAtATime(client, batch)
  if (outOfOrder) await holdKeys(client, batch, slice)
  let written: Written = { ...NOTHING_WRITTEN, counts: { ...NO_COUNTS, unchanged: counts.n, quarantined: counts.q } }
  if (counts.u > 0) written = addWritten(written, await upsert(client, batch, slice))
  if (counts.d > 0) written = addWritten(written, await remove(client, batch, payload))
  if (outOfOrder) await keepFromOlder(client, batch, payload)
  if (batch.sweptStreams !== undefined && counts.u + counts.n + counts.q > 0)
    await client.query(SEEN, [payload, batch.sourceId, batch.runId, batch.sweptStreams])
  if (counts.q > 0) await client.query(QUARANTINE, [payload, batch.sourceId, batch.runId, batch.epoch, batch.seq])
  return written
}

const upsert = async (client: pg.ClientBase, batch: BatchEnvelope, { payload, counts }: Slice): Promise<Written> => {
  const { rows } = await client.query<{ stream_id: number; inserted: number; updated: number; live: number }>({
    name: 'inlet-upsert',
    text: UPSERT,
    values: [payload, batch.sourceId, batch.runId, batch.version, batch.epoch, batch.seq],
  })
  const inserted = rows.reduce((sum, row) => sum + row.inserted, 0)
  const updated = rows.reduce((sum, row) => sum + row.updated, 0)
  return {
    counts: { ...NO_COUNTS, inserted, updated, unchanged: counts.u - inserted - updated },
    live: new Map(rows.map((row) => [row.stream_id, row.live])),
  }
}

const remove = async (client: pg.ClientBase, batch: BatchEnvelope, payload: string): Promise<Written> => {
  const { rows } = await client.query<{ stream_id: number; deleted: number }>(DELETE, [payload, batch.sourceId, batch.runId, batch.epoch, batch.seq])
  return {
    counts: { ...NO_COUNTS, deleted: rows.reduce((sum, row) => sum + row.deleted, 0) },
    live: new Map(rows.map((row) => [row.stream_id, -row.deleted])),
  }
}
