// Which keys a run has shown in streams that are swept, and in which batch: a sweep counts those of its own reading.
import type { BatchEnvelope, PackedRecord } from '@inlet/domain'
import type pg from 'pg'
import { INPUT } from './payload-input.js'

// A record that could not be stored was seen nevertheless: a sweep must not delete its older state.
const ALL = `
INSERT INTO sweep_seen (run_id, stream_id, key_hash, seq, content)
SELECT $3, st.id, decode(r.h, 'hex'), $5, bool_or(r.o = 'u') FROM ${INPUT} JOIN streams st ON st.source_id = $2 AND st.name = r.s
WHERE r.o <> 'd' AND r.h <> '' AND r.s = ANY($4::text[]) GROUP BY st.id, r.h ORDER BY st.id, r.h ON CONFLICT DO NOTHING`

/** Marks the keys of all entries of a payload as seen. */
export const markAllSeen = async (client: pg.ClientBase, batch: BatchEnvelope, payload: Buffer): Promise<void> => {
  if (batch.sweptStreams === undefined) return
  await client.query(ALL, [payload, batch.sourceId, batch.runId, batch.sweptStreams, batch.seq])
}

/** Marks the key of one entry that could not be stored as seen. */
export const markSeen = async (client: pg.ClientBase, batch: BatchEnvelope, record: PackedRecord): Promise<void> => {
  await client.query(
    `INSERT INTO sweep_seen (run_id, stream_id, key_hash, seq, content)
     SELECT $1, id, decode($4, 'hex'), $5, false FROM streams WHERE source_id = $2 AND name = $3 ON CONFLICT DO NOTHING`,
    [batch.runId, batch.sourceId, record.s, record.h, batch.seq],
  )
}

/** Returns the first batch of an attempt, where its readings begin unless a sweep says otherwise. */
export const firstOfAttempt = async (client: pg.ClientBase, batch: BatchEnvelope): Promise<number> => {
  const { rows } = await client.query<{ seq: number }>('SELECT coalesce(max(seq), 0)::int + 1 AS seq FROM ledger WHERE run_id = $1 AND epoch < $2', [
    batch.runId,
    batch.epoch,
  ])
  return rows[0]?.seq ?? 1
}
