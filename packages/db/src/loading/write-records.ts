import type { BatchEnvelope } from '@inlet/domain'
import type pg from 'pg'

export interface WriteCounts {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly deleted: number
  readonly quarantined: number
  /** By how much the number of live records of each stream (by id) changes. */
  readonly liveDeltas: Readonly<Record<string, number>>
}

export const NO_COUNTS: WriteCounts = { inserted: 0, updated: 0, unchanged: 0, deleted: 0, quarantined: 0, liveDeltas: {} }

export const addCounts = (a: WriteCounts, b: WriteCounts): WriteCounts => ({
  inserted: a.inserted + b.inserted,
  updated: a.updated + b.updated,
  unchanged: a.unchanged + b.unchanged,
  deleted: a.deleted + b.deleted,
  quarantined: a.quarantined + b.quarantined,
  liveDeltas: addDeltas(a.liveDeltas, b.liveDeltas, 1),
})

const addDeltas = (a: WriteCounts['liveDeltas'], b: WriteCounts['liveDeltas'], sign: 1 | -1): WriteCounts['liveDeltas'] => {
  const sum: Record<string, number> = { ...a }
  for (const [stream, delta] of Object.entries(b)) sum[stream] = (sum[stream] ?? 0) + sign * delta
  return sum
}

/** A payload, or a part of one after a bisection. */
export interface Slice {
  readonly payload: string
  readonly counts: BatchEnvelope['counts']
}

const INPUT = `json_to_recordset($1::json) AS r(s text, k text, h text, o text, c text, kind text, title text, text text,
  url text, at timestamptz, data jsonb, val text, scope text, r text, m text, raw text)`

// The left join keeps unchanged rows out of the INSERT, since ON CONFLICT would lock, and so dirty, each of them.
// Sorting by key makes concurrent batches lock rows in one order.
const UPSERT = `
WITH input AS MATERIALIZED (
  SELECT st.id AS stream_id, decode(r.h, 'hex') AS key_hash, decode(r.c, 'hex') AS content_hash,
         r.k, r.kind, r.title, r.text, r.url, r.at, r.data, r.val, r.scope
  FROM ${INPUT} JOIN streams st ON st.source_id = $2 AND st.name = r.s
  WHERE r.o = 'u'
), changed AS (
  SELECT i.*, old.deleted_at IS NOT NULL AS revived
  FROM input i LEFT JOIN records old ON old.stream_id = i.stream_id AND old.key_hash = i.key_hash
  WHERE old.key_hash IS NULL OR old.content_hash <> i.content_hash OR old.deleted_at IS NOT NULL
     OR old.validator IS DISTINCT FROM i.val OR old.scope IS DISTINCT FROM i.scope
), written AS (
  INSERT INTO records AS t (stream_id, key_hash, source_id, key, kind, title, text, url, data, content_hash, occurred_at,
                            validator, scope, run_id, version, epoch, seq)
  SELECT stream_id, key_hash, $2, k, kind, title, text, url, data, content_hash, at, val, scope, $3, $4, $5, $6
  FROM changed ORDER BY stream_id, key_hash
  ON CONFLICT (stream_id, key_hash) DO UPDATE SET
    key = EXCLUDED.key, kind = EXCLUDED.kind, title = EXCLUDED.title, text = EXCLUDED.text, url = EXCLUDED.url, data = EXCLUDED.data,
    content_hash = EXCLUDED.content_hash, occurred_at = EXCLUDED.occurred_at, validator = EXCLUDED.validator, scope = EXCLUDED.scope,
    run_id = EXCLUDED.run_id, version = EXCLUDED.version, epoch = EXCLUDED.epoch, seq = EXCLUDED.seq,
    fetched_at = now(), deleted_at = NULL
  WHERE (t.epoch, t.seq) < (EXCLUDED.epoch, EXCLUDED.seq)
  RETURNING stream_id, (xmax = 0) AS inserted
), live AS (
  SELECT stream_id, sum(delta)::int AS delta FROM (
    SELECT stream_id, count(*) AS delta FROM written WHERE inserted GROUP BY stream_id
    UNION ALL SELECT stream_id, count(*) FROM changed WHERE revived GROUP BY stream_id) s GROUP BY stream_id
)
SELECT count(*) FILTER (WHERE inserted)::int AS inserted, count(*) FILTER (WHERE NOT inserted)::int AS updated,
  (SELECT coalesce(jsonb_object_agg(stream_id, delta), '{}') FROM live) AS deltas FROM written`

// Only needed when an older batch of this run with the same key may still come: it must not overwrite this newer state.
const BUMP_UNCHANGED = `
UPDATE records t SET epoch = $3, seq = $4
FROM ${INPUT} JOIN streams st ON st.source_id = $2 AND st.name = r.s
WHERE r.o IN ('u', 'n') AND t.stream_id = st.id AND t.key_hash = decode(r.h, 'hex') AND (t.epoch, t.seq) < ($3, $4)`

const DELETE = `
WITH gone AS (
  UPDATE records t SET deleted_at = now(), fetched_at = now(), run_id = $3, epoch = $4, seq = $5
  FROM ${INPUT} JOIN streams st ON st.source_id = $2 AND st.name = r.s
  WHERE r.o = 'd' AND t.stream_id = st.id AND t.key_hash = decode(r.h, 'hex') AND t.deleted_at IS NULL AND (t.epoch, t.seq) < ($4, $5)
  RETURNING t.stream_id
)
SELECT coalesce(sum(n), 0)::int AS deleted, coalesce(jsonb_object_agg(stream_id, n), '{}') AS deltas
FROM (SELECT stream_id, count(*)::int AS n FROM gone GROUP BY stream_id) g`

// A record that could not be stored was seen all the same: a sweep must not delete its older state.
const SEEN = `
INSERT INTO sweep_seen (run_id, stream_id, key_hash)
SELECT $3, st.id, decode(r.h, 'hex') FROM ${INPUT} JOIN streams st ON st.source_id = $2 AND st.name = r.s
WHERE r.o <> 'd' AND r.h <> '' AND r.s = ANY($4::text[]) ON CONFLICT DO NOTHING`

const QUARANTINE = `
INSERT INTO quarantine (source_id, run_id, stream, key, reason, message, raw)
SELECT $2, $3, r.s, nullif(left(r.k, 1024), ''), r.r, left(r.m, 2000), r.raw FROM ${INPUT} WHERE r.o = 'q'`

/** Applies the records of a slice: a few statements, whatever its size. `inOrder`: everything before this batch is stored. */
export const writeRecords = async (client: pg.ClientBase, batch: BatchEnvelope, slice: Slice, inOrder: boolean): Promise<WriteCounts> => {
  const { payload, counts } = slice
  let result = NO_COUNTS
  if (counts.u > 0) {
    const { rows } = await client.query<{ inserted: number; updated: number; deltas: Record<string, number> }>({
      name: 'inlet-upsert',
      text: UPSERT,
      values: [payload, batch.sourceId, batch.runId, batch.version, batch.epoch, batch.seq],
    })
    const { inserted = 0, updated = 0, deltas = {} } = rows[0] ?? {}
    result = { ...result, inserted, updated, unchanged: counts.u - inserted - updated, liveDeltas: deltas }
  }
  if (batch.overlaps && !inOrder) await client.query(BUMP_UNCHANGED, [payload, batch.sourceId, batch.epoch, batch.seq])
  if (counts.d > 0) {
    const { rows } = await client.query<{ deleted: number; deltas: Record<string, number> }>(DELETE, [
      payload,
      batch.sourceId,
      batch.runId,
      batch.epoch,
      batch.seq,
    ])
    const { deleted = 0, deltas = {} } = rows[0] ?? {}
    result = { ...result, deleted, liveDeltas: addDeltas(result.liveDeltas, deltas, -1) }
  }
  if (batch.sweptStreams !== undefined && counts.u + counts.n + counts.q > 0)
    await client.query(SEEN, [payload, batch.sourceId, batch.runId, batch.sweptStreams])
  if (counts.q > 0) await client.query(QUARANTINE, [payload, batch.sourceId, batch.runId])
  return { ...result, unchanged: result.unchanged + counts.n, quarantined: counts.q }
}
