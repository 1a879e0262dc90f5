import type { BatchEnvelope, PackedRecord } from '@inlet/domain'
import type pg from 'pg'
import { CHANGES_OF, LEAVE_TO_INDEX, LOG_FRESH, NUMBERED } from '../changes/log-changes.js'
import { keysFrom, keysOf } from './keyed-input.js'
import { holdKeys, keepFromOlder, oneAtATime } from './out-of-order.js'
import { readEntries, type Upsert } from './read-entries.js'
import { markAllSeen } from './seen.js'
import { columnsOf, stateOf, statesFrom, upsertsFrom } from './upsert-columns.js'
import { writeQuarantine } from './write-quarantine.js'

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

// Which upserts change their record. Most do not when a source is read again, and need not be sent, let alone written: ON CONFLICT would lock, and so
// dirty, each of them. Materialized, so that the join always looks records up by their key: while the statistics show a stream as small, the planner
// thinks that reading all of it for each record is just as cheap.
const COMPARE = `
WITH input AS MATERIALIZED (
  SELECT st.id AS stream_id, r.h AS key_hash, r.c AS content_hash, r.val, r.scope, r.n
  FROM ${statesFrom(2)} JOIN streams st ON st.source_id = $1 AND st.name = r.s
)
SELECT i.n::int AS n FROM input i LEFT JOIN records old ON old.stream_id = i.stream_id AND old.key_hash = i.key_hash
WHERE old.key_hash IS NULL OR old.content_hash <> i.content_hash OR old.deleted_at IS NOT NULL
   OR old.validator IS DISTINCT FROM i.val OR old.scope IS DISTINCT FROM i.scope`

// Sorting by key makes concurrent batches lock rows in the same order. Whether a record was deleted is known only once its row is locked, since a
// sweep or another batch may have changed it in the meantime, and RETURNING shows no old values before Postgres 18: so fetched_at encodes it, as one
// millisecond. For the same reason the number of the replaced state stays in the row: the record is found by it until the new state is indexed
// (ADR 21), which happens later and not here. A record that comes back gets a new number too, so that new numbers are exactly the records that changed.
const UPSERT = `
WITH changed AS MATERIALIZED (
  SELECT st.id AS stream_id, r.h AS key_hash, r.c AS content_hash, r.k, r.kind, r.title, r.text, r.url, r.at::timestamptz AS at, r.data, r.val, r.scope,
    nextval('record_docs') AS doc
  FROM ${upsertsFrom(7)} JOIN streams st ON st.source_id = $1 AND st.name = r.s
), written AS (
  INSERT INTO records AS t (stream_id, key_hash, source_id, key, kind, title, text, url, data, content_hash, occurred_at,
                            validator, scope, run_id, version, epoch, seq, doc_id)
  SELECT stream_id, key_hash, $1, k, kind, title, text, url, data, content_hash, at, val, scope, $2, $3, $4, $5, doc
  FROM changed ORDER BY stream_id, key_hash
  ON CONFLICT (stream_id, key_hash) DO UPDATE SET
    key = EXCLUDED.key, kind = EXCLUDED.kind, title = EXCLUDED.title, text = EXCLUDED.text, url = EXCLUDED.url, data = EXCLUDED.data,
    content_hash = EXCLUDED.content_hash, occurred_at = EXCLUDED.occurred_at, validator = EXCLUDED.validator, scope = EXCLUDED.scope,
    run_id = EXCLUDED.run_id, version = EXCLUDED.version, epoch = EXCLUDED.epoch, seq = EXCLUDED.seq,
    doc_id = CASE WHEN t.content_hash = EXCLUDED.content_hash AND t.deleted_at IS NULL THEN coalesce(t.doc_id, EXCLUDED.doc_id) ELSE EXCLUDED.doc_id END,
    prior_doc_id = t.doc_id,
    fetched_at = now() + CASE WHEN t.deleted_at IS NULL THEN interval '0' ELSE interval '1 millisecond' END, deleted_at = NULL
  WHERE (t.epoch, t.seq) < (EXCLUDED.epoch, EXCLUDED.seq)
  RETURNING stream_id, key_hash, doc_id, prior_doc_id, (xmax = 0) AS inserted, fetched_at > now()::timestamptz(3) AS revived
), fresh AS (
  SELECT stream_id, key_hash, doc_id, prior_doc_id FROM written WHERE prior_doc_id IS DISTINCT FROM doc_id
), ${LEAVE_TO_INDEX('$6')}, ${CHANGES_OF('fresh', '$1')}
SELECT stream_id, count(*) FILTER (WHERE inserted)::int AS inserted, count(*) FILTER (WHERE NOT inserted)::int AS updated,
  count(*) FILTER (WHERE inserted OR revived)::int AS live
FROM written GROUP BY stream_id`

// If every key of a batch is new, there is nothing to look up, compare or sort. A key that is stored after all fails the statement.
const INSERT = `
WITH fresh AS (
  INSERT INTO records (stream_id, key_hash, source_id, key, kind, title, text, url, data, content_hash, occurred_at,
                       validator, scope, run_id, version, epoch, seq, doc_id)
  SELECT st.id, r.h, $1, r.k, r.kind, r.title, r.text, r.url, r.data, r.c, r.at::timestamptz, r.val, r.scope, $2, $3, $4, $5, nextval('record_docs')
  FROM ${upsertsFrom(7)} JOIN streams st ON st.source_id = $1 AND st.name = r.s
  RETURNING stream_id, doc_id
), ${LOG_FRESH('$1', '$6')}
SELECT stream_id, count(*)::int AS inserted, 0 AS updated, count(*)::int AS live FROM fresh GROUP BY stream_id`

const DELETE = `
WITH ${keysFrom(4)},
gone AS (
  UPDATE records t SET deleted_at = now(), fetched_at = now(), run_id = $1, epoch = $2, seq = $3, doc_id = ${NUMBERED('t')}
  FROM input i
  WHERE t.stream_id = i.stream_id AND t.key_hash = i.key_hash AND t.deleted_at IS NULL AND (t.epoch, t.seq) < ($2, $3)
  RETURNING t.stream_id, t.doc_id
), ${CHANGES_OF('gone', '$4')}
SELECT stream_id, count(*)::int AS deleted FROM gone GROUP BY stream_id`

/** What was written, and by how much the number of live records of each stream (by id) changed. */
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

/** A payload, or part of one after a bisection. */
export interface Slice {
  readonly payload: Buffer
  readonly counts: BatchEnvelope['counts']
}

export interface WriteOptions {
  /** Everything before this batch is stored. */
  readonly inOrder: boolean
  /** No key of an upsert is expected to be stored; one that is fails the transaction with a unique violation. Not for batches that overlap. */
  readonly areNew?: boolean
}

/**
 * Applies the records of a slice in a few statements, whatever its size. The counters of the streams are left to the caller, who locks their rows
 * last.
 */
export const writeRecords = async (
  client: pg.ClientBase,
  batch: BatchEnvelope,
  { payload, counts }: Slice,
  options: WriteOptions,
): Promise<Written> => {
  const { inOrder, areNew = false } = options
  const outOfOrder = batch.overlaps === true && !inOrder
  if (batch.overlaps) await oneAtATime(client, batch)
  const entries = readEntries(payload)
  const deletes = entries.others.filter(({ o }) => o === 'd')
  const decisive = [...entries.upserts, ...deletes]
  if (outOfOrder) await holdKeys(client, batch, { decisive, deletes })
  let written: Written = { ...NOTHING_WRITTEN, counts: { ...NO_COUNTS, unchanged: counts.n, quarantined: counts.q } }
  if (entries.upserts.length > 0)
    written = addWritten(written, await (areNew ? writeUpserts(client, batch, entries.upserts, FRESH) : writeChanged(client, batch, entries.upserts)))
  if (deletes.length > 0) written = addWritten(written, await remove(client, batch, deletes))
  if (outOfOrder) await keepFromOlder(client, batch, decisive)
  await markAllSeen(client, batch, entries)
  const rejected = entries.others.filter(({ o }) => o === 'q')
  if (rejected.length > 0) await writeQuarantine(client, batch, rejected)
  return written
}

const FRESH = { name: 'inlet-insert', text: INSERT }
const ANY = { name: 'inlet-upsert', text: UPSERT }

const writeChanged = async (client: pg.ClientBase, batch: BatchEnvelope, upserts: readonly Upsert[]): Promise<Written> => {
  const { rows } = await client.query<{ n: number }>({ name: 'inlet-compare', text: COMPARE, values: [batch.sourceId, ...stateOf(upserts)] })
  const places = new Set(rows.map(({ n }) => n))
  const changed = upserts.filter((_, at) => places.has(at + 1))
  const same: Written = { ...NOTHING_WRITTEN, counts: { ...NO_COUNTS, unchanged: upserts.length - changed.length } }
  return changed.length === 0 ? same : addWritten(same, await writeUpserts(client, batch, changed, ANY))
}

const writeUpserts = async (client: pg.ClientBase, batch: BatchEnvelope, upserts: readonly Upsert[], statement: typeof ANY): Promise<Written> => {
  const bytes = upserts.reduce((sum, upsert) => sum + upsert.bytes, 0)
  const { rows } = await client.query<{ stream_id: number; inserted: number; updated: number; live: number }>({
    ...statement,
    values: [batch.sourceId, batch.runId, batch.version, batch.epoch, batch.seq, bytes, ...columnsOf(upserts)],
  })
  const inserted = rows.reduce((sum, row) => sum + row.inserted, 0)
  const updated = rows.reduce((sum, row) => sum + row.updated, 0)
  return {
    counts: { ...NO_COUNTS, inserted, updated, unchanged: upserts.length - inserted - updated },
    live: new Map(rows.map((row) => [row.stream_id, row.live])),
  }
}

const remove = async (client: pg.ClientBase, batch: BatchEnvelope, deletes: readonly PackedRecord[]): Promise<Written> => {
  const { rows } = await client.query<{ stream_id: number; deleted: number }>({
    name: 'inlet-delete',
    text: DELETE,
    values: [batch.runId, batch.epoch, batch.seq, ...keysOf(batch.sourceId, deletes)],
  })
  return {
    counts: { ...NO_COUNTS, deleted: rows.reduce((sum, row) => sum + row.deleted, 0) },
    live: new Map(rows.map((row) => [row.stream_id, -row.deleted])),
  }
}
