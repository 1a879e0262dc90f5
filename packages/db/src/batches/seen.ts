// Which keys a run has shown in streams that are swept, and in which batch: a sweep counts those of its own reading.
import type { BatchEnvelope, PackedRecord } from '@inlet/domain'
import type pg from 'pg'
import { boolArray, hexArray, textArray } from './binary-arrays.js'
import type { Entries } from './read-entries.js'

// A record that could not be stored was seen nevertheless: a sweep must not delete its older state.
const ALL = `
INSERT INTO sweep_seen (run_id, stream_id, key_hash, seq, content)
SELECT $1, st.id, r.h, $3, bool_or(r.content) FROM unnest($4::text[], $5::bytea[], $6::bool[]) AS r(s, h, content)
JOIN streams st ON st.source_id = $2 AND st.name = r.s GROUP BY st.id, r.h ORDER BY st.id, r.h ON CONFLICT DO NOTHING`

/** Marks the keys of all entries of swept streams as seen. */
export const markAllSeen = async (client: pg.ClientBase, batch: BatchEnvelope, { upserts, others }: Entries): Promise<void> => {
  const swept = new Set(batch.sweptStreams)
  const seen = [...upserts, ...others].filter(({ s, h, o }) => o !== 'd' && h !== '' && swept.has(s))
  if (seen.length === 0) return
  const columns = [textArray(seen.map(({ s }) => s)), hexArray(seen.map(({ h }) => h)), boolArray(seen.map(({ o }) => o === 'u'))]
  await client.query({ name: 'inlet-seen', text: ALL, values: [batch.runId, batch.sourceId, batch.seq, ...columns] })
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
