import { type BatchEnvelope, type PackedRecord, toStorableText } from '@inlet/domain'
import type pg from 'pg'

const MAX_RAW = 65_536

// A record that fails the same way in every run is one row with a counter; its place is that of the newest batch it came in.
const INSERT = `
INSERT INTO quarantine AS q (source_id, run_id, stream, key, key_hash, epoch, seq, reason, message, raw, record, scope, fingerprint, occurrences)
SELECT $2, $3, stream, key, key_hash, $4, $5, reason, message, raw, record, scope, fingerprint, occurrences FROM once ORDER BY place
ON CONFLICT (source_id, fingerprint) WHERE state IN ('open', 'retrying') AND fingerprint IS NOT NULL DO UPDATE SET
  occurrences = q.occurrences + EXCLUDED.occurrences, last_seen_at = now(),
  run_id = CASE WHEN (q.epoch, q.seq) < (EXCLUDED.epoch, EXCLUDED.seq) THEN EXCLUDED.run_id ELSE q.run_id END,
  message = CASE WHEN (q.epoch, q.seq) < (EXCLUDED.epoch, EXCLUDED.seq) THEN EXCLUDED.message ELSE q.message END,
  scope = CASE WHEN (q.epoch, q.seq) < (EXCLUDED.epoch, EXCLUDED.seq) THEN EXCLUDED.scope ELSE q.scope END,
  seq = CASE WHEN (q.epoch, q.seq) < (EXCLUDED.epoch, EXCLUDED.seq) THEN EXCLUDED.seq ELSE q.seq END,
  epoch = greatest(q.epoch, EXCLUDED.epoch)`

// A message may name a line or a position that changes, so it distinguishes failures only if no content is kept.
const FINGERPRINT = `sha256(convert_to(jsonb_build_array(stream, encode(key_hash, 'hex'), reason, coalesce(record, raw, message))::text, 'UTF8'))`

const once = (from: string): string => `
WITH given AS MATERIALIZED (${from}),
marked AS (SELECT *, ${FINGERPRINT} AS fingerprint FROM given),
once AS (SELECT DISTINCT ON (fingerprint) *, count(*) OVER (PARTITION BY fingerprint) AS occurrences FROM marked ORDER BY fingerprint, place)
${INSERT}`

const FROM_ENTRIES = once(`
SELECT r.s AS stream, nullif(left(r.k, 1024), '') AS key, decode(nullif(r.h, ''), 'hex') AS key_hash, r.r AS reason, left(r.m, 2000) AS message, r.raw, r.rec AS record, r.scope, row_number() OVER () AS place
FROM json_to_recordset($1::json) AS r(s text, k text, h text, r text, m text, raw text, rec text, scope text)`)

/** Quarantines the quarantine entries of a payload. */
export const writeQuarantine = async (client: pg.ClientBase, batch: BatchEnvelope, entries: readonly PackedRecord[]): Promise<void> => {
  await client.query(FROM_ENTRIES, [JSON.stringify(entries), batch.sourceId, batch.runId, batch.epoch, batch.seq])
}

const ONE = once(`
SELECT $1::text AS stream, $6::text AS key, decode(nullif($7::text, ''), 'hex') AS key_hash, $8::text AS reason, $9::text AS message, $10::text AS raw, NULL::text AS record, $11::text AS scope, 1 AS place`)

/** Quarantines one entry of a batch that Postgres refused, with what was forwarded of it. */
export const quarantineEntry = async (
  client: Pick<pg.ClientBase, 'query'>,
  batch: BatchEnvelope,
  entry: { readonly record: Pick<PackedRecord, 's' | 'k' | 'h' | 'scope'>; readonly text: string; readonly reason: string; readonly message: string },
): Promise<void> => {
  const { record, text, reason, message } = entry
  await client.query(ONE, [
    toStorableText(record.s),
    batch.sourceId,
    batch.runId,
    batch.epoch,
    batch.seq,
    toStorableText(record.k ?? '').slice(0, 1024) || null,
    record.h,
    reason,
    toStorableText(message).slice(0, 2000),
    toStorableText(text).slice(0, MAX_RAW),
    record.scope === undefined ? null : toStorableText(record.scope),
  ])
}
