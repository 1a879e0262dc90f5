// A record that a batch found unchanged, and so did not touch, may be deleted at that very moment by the sweep of an earlier batch, which cannot see
// the later one until it is committed. Holding the lock on the run's row, the later batch looks again and wins.
import type { BatchEnvelope } from '@inlet/domain'
import type pg from 'pg'
import { CHANGES_OF, LEAVE_TO_INDEX } from '../changes/log-changes.js'
import { splitPayload } from './bisect.js'
import { NO_COUNTS, NOTHING_WRITTEN, type Written } from './write-records.js'

const SWEPT = `SELECT FROM ledger WHERE run_id = $1 AND seq > $2 AND seq <= $3 AND effects ? 'sweeps' LIMIT 1`

const REVIVE = `
WITH input AS MATERIALIZED (
  SELECT st.id AS stream_id, decode(r.h, 'hex') AS key_hash, decode(r.c, 'hex') AS content_hash
  FROM unnest($5::text[], $6::text[], $7::text[]) AS r(s, h, c) JOIN streams st ON st.source_id = $1 AND st.name = r.s
), fresh AS (
  UPDATE records t SET deleted_at = NULL, fetched_at = now(), run_id = $2, epoch = $3, seq = $4, doc_id = nextval('record_docs'), prior_doc_id = t.doc_id
  FROM input i
  WHERE t.stream_id = i.stream_id AND t.key_hash = i.key_hash AND t.content_hash = i.content_hash AND t.deleted_at IS NOT NULL
    AND t.run_id = $2 AND (t.epoch, t.seq) < ($3, $4)
  RETURNING t.stream_id, t.key_hash, t.doc_id, t.prior_doc_id, pg_column_size(t.text) + pg_column_size(t.data) AS bytes
), ${LEAVE_TO_INDEX('coalesce(sum(bytes), 0)')}, ${CHANGES_OF('fresh', '$1')}
SELECT stream_id, count(*)::int AS live FROM fresh GROUP BY stream_id`

/** Restores the records that sweeps of the batches after `from` and up to `to` deleted although this later batch shows them. */
export const reviveSwept = async (client: pg.ClientBase, batch: BatchEnvelope, { from, to }: { from: number; to: number }): Promise<Written> => {
  if (batch.sweptStreams === undefined || batch.counts.u === 0 || to <= from) return NOTHING_WRITTEN
  const { rowCount: sweeps } = await client.query(SWEPT, [batch.runId, from, to])
  if (sweeps === 0) return NOTHING_WRITTEN
  const shown = splitPayload(batch.payload).flatMap(({ record }) => (record.o === 'u' ? [record] : []))
  const columns = [shown.map(({ s }) => s), shown.map(({ h }) => h), shown.map(({ c }) => c ?? '')]
  const { rows } = await client.query<{ stream_id: number; live: number }>(REVIVE, [batch.sourceId, batch.runId, batch.epoch, batch.seq, ...columns])
  const revived = rows.reduce((sum, { live }) => sum + live, 0)
  return {
    counts: { ...NO_COUNTS, updated: revived, unchanged: -revived },
    live: new Map(rows.map(({ stream_id: stream, live }) => [stream, live])),
  }
}
