// A batch may share keys with an earlier one that is not stored yet. Whichever is stored first, the later one must win, even where it found its
// record unchanged, or deleted a record that the earlier one has yet to bring. Only an entry with content or a delete can win: a key that is merely
// reported as present must not hold anything back (see BatchEffects for the rules).
import type { BatchEnvelope, PackedRecord } from '@inlet/domain'
import type pg from 'pg'
import { hexArray, textArray } from './binary-arrays.js'
import { keysFrom, keysOf } from './keyed-input.js'
import type { Upsert } from './read-entries.js'

type Decisive = Upsert | PackedRecord

const LOCK = `
WITH ${keysFrom(1)}
SELECT FROM records t JOIN input i USING (stream_id, key_hash)
ORDER BY t.stream_id, t.key_hash FOR UPDATE OF t`

const TOMBSTONES = `
INSERT INTO records (stream_id, key_hash, source_id, key, kind, data, content_hash, run_id, version, epoch, seq, deleted_at)
SELECT st.id, r.h, $2, r.k, st.kind, '{}', '', $1, $3, $4, $5, now()
FROM unnest($6::text[], $7::bytea[], $8::text[]) AS r(s, h, k) JOIN streams st ON st.source_id = $2 AND st.name = r.s
ORDER BY 1, 2 ON CONFLICT DO NOTHING`

const BUMP = `
WITH ${keysFrom(3)}
UPDATE records t SET epoch = $1, seq = $2 FROM input i
WHERE t.stream_id = i.stream_id AND t.key_hash = i.key_hash AND (t.epoch, t.seq) < ($1, $2)`

/** Serializes the batches of a run that share keys with earlier ones; all others proceed in parallel. */
export const oneAtATime = async (client: pg.ClientBase, batch: BatchEnvelope): Promise<void> => {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [batch.runId])
}

/**
 * Locks the stored records of `decisive` entries, so that the statements that follow compare with what a concurrent older batch has written, and
 * leaves a tombstone for each delete of a record that is not stored yet.
 */
export const holdKeys = async (
  client: pg.ClientBase,
  batch: BatchEnvelope,
  { decisive, deletes }: { readonly decisive: readonly Decisive[]; readonly deletes: readonly PackedRecord[] },
): Promise<void> => {
  await client.query(LOCK, [...keysOf(batch.sourceId, decisive)])
  if (deletes.length === 0) return
  const keys = [textArray(deletes.map(({ s }) => s)), hexArray(deletes.map(({ h }) => h)), textArray(deletes.map(({ k }) => k))]
  await client.query(TOMBSTONES, [batch.runId, batch.sourceId, batch.version, batch.epoch, batch.seq, ...keys])
}

/** Also stamps the records this batch did not have to write as its own, so that an older batch does not overwrite them. */
export const keepFromOlder = async (client: pg.ClientBase, batch: BatchEnvelope, decisive: readonly Decisive[]): Promise<void> => {
  await client.query(BUMP, [batch.epoch, batch.seq, ...keysOf(batch.sourceId, decisive)])
}
