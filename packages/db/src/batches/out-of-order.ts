// A batch may share keys with an earlier one that is not stored yet. Whichever is stored first, the later one must win, even where it found its
// record unchanged, or deleted a record that the earlier one has yet to bring. Only an entry with content or a delete can win: a key that is merely
// reported as present must not hold anything back (see BatchEffects for the rules).
import type { BatchEnvelope } from '@inlet/domain'
import type pg from 'pg'
import { INPUT, inputOf, type Slice } from './payload-input.js'

/** Entries that determine what is stored under their key. */
const DECIDES = `r.o IN ('u', 'd')`

const LOCK = `
WITH ${inputOf(DECIDES)}
SELECT FROM records t JOIN input i USING (stream_id, key_hash)
ORDER BY t.stream_id, t.key_hash FOR UPDATE OF t`

const TOMBSTONES = `
INSERT INTO records (stream_id, key_hash, source_id, key, kind, data, content_hash, run_id, version, epoch, seq, deleted_at)
SELECT st.id, decode(r.h, 'hex'), $2, coalesce(r.k, ''), st.kind, '{}', '', $3, $4, $5, $6, now()
FROM ${INPUT} JOIN streams st ON st.source_id = $2 AND st.name = r.s WHERE r.o = 'd'
ORDER BY 1, 2 ON CONFLICT DO NOTHING`

const BUMP = `
WITH ${inputOf(DECIDES)}
UPDATE records t SET epoch = $3, seq = $4 FROM input i
WHERE t.stream_id = i.stream_id AND t.key_hash = i.key_hash AND (t.epoch, t.seq) < ($3, $4)`

/** Serializes the batches of a run that share keys with earlier ones; all others proceed in parallel. */
export const oneAtATime = async (client: pg.ClientBase, batch: BatchEnvelope): Promise<void> => {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [batch.runId])
}

/**
 * Locks the stored records of the batch, so that the statements that follow compare with what a concurrent older batch has written, and leaves a
 * tombstone for each delete of a record that is not stored yet.
 */
export const holdKeys = async (client: pg.ClientBase, batch: BatchEnvelope, { payload, counts }: Slice): Promise<void> => {
  await client.query(LOCK, [payload, batch.sourceId])
  if (counts.d > 0) await client.query(TOMBSTONES, [payload, batch.sourceId, batch.runId, batch.version, batch.epoch, batch.seq])
}

/** Also stamps the records this batch did not have to write as its own, so that an older batch does not overwrite them. */
export const keepFromOlder = async (client: pg.ClientBase, batch: BatchEnvelope, payload: Buffer): Promise<void> => {
  await client.query(BUMP, [payload, batch.sourceId, batch.epoch, batch.seq])
}
