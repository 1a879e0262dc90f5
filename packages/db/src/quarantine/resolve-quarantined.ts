// When an open row of the quarantine resolves by itself. A key that is merely reported as present (`n`) resolves nothing: that it exists says nothing
// about its content, which is what could not be stored.
import type { BatchEffects, BatchEnvelope } from '@inlet/domain'
import type pg from 'pg'
import { splitPayload } from '../batches/bisect.js'

const RESOLVED = (resolution: 'brought_again' | 'gone' | 'not_repeated', run: string): string =>
  `state = 'resolved', state_at = now(), state_by = 'run:' || ${run}, resolution = '${resolution}'`

// Keys are looked up one by one, whatever the statistics say: there may be as many open rows as a batch has records.
const KEYS = (hashes: string): string => `(SELECT s, decode(h, 'hex') AS h FROM unnest($1::text[], ${hashes}::text[]) AS g(s, h)) r`
const OPEN_OF_KEY = `SELECT id FROM quarantine
  WHERE source_id = $2 AND stream = r.s AND key_hash = r.h AND key_hash IS NOT NULL AND state IN ('open', 'retrying') OFFSET 0`

const BROUGHT = `
UPDATE quarantine q SET ${RESOLVED('brought_again', '$3')}
WHERE q.id = ANY(ARRAY(SELECT o.id FROM ${KEYS('$6')} CROSS JOIN LATERAL (${OPEN_OF_KEY}) o))
  AND q.state IN ('open', 'retrying') AND (q.epoch, q.seq) < ($4, $5)`

// Records this batch quarantined although a later batch, which was stored first, has brought their content or deletion. Rows of other batches were
// resolved when that one was stored; a tombstone later than they are may come from a sweep, which itself reports what it disproves.
const OVERTAKEN = `
UPDATE quarantine q SET ${RESOLVED('brought_again', '$3')}
WHERE q.id = ANY(ARRAY(
    SELECT o.id FROM ${KEYS('$4')} CROSS JOIN LATERAL (${OPEN_OF_KEY}) o JOIN streams st ON st.source_id = $2 AND st.name = r.s
    CROSS JOIN LATERAL (SELECT epoch, seq FROM records WHERE stream_id = st.id AND key_hash = r.h LIMIT 1) t WHERE ($5::bigint, $6::int) < (t.epoch, t.seq)))
  AND q.state IN ('open', 'retrying') AND (q.epoch, q.seq) = ($5, $6)`

/**
 * Resolves quarantined records whose content or deletion arrived correctly from the source in a later batch: this one, or one that was stored before
 * this one. Called while holding the lock on the run's row, so that of two concurrent batches the second sees the first.
 */
export const resolveQuarantined = async (client: pg.ClientBase, batch: BatchEnvelope, unresolved: boolean): Promise<void> => {
  if (!unresolved) return
  // Not the payload itself: it may contain a value that Postgres refuses.
  const keyed = splitPayload(batch.payload).filter(({ record }) => record.o !== 'n' && record.h !== '')
  const brought = keyed.filter(({ record }) => record.o !== 'q')
  const columnsOf = (entries: typeof keyed) => [entries.map(({ record }) => record.s), entries.map(({ record }) => record.h)] as const
  const [streams, hashes] = columnsOf(brought)
  // SQL: the records of a batch at once, in the transaction of the scribe.
  if (brought.length > 0) await client.query(BROUGHT, [streams, batch.sourceId, batch.runId, batch.epoch, batch.seq, hashes])
  // An upsert may have failed as well.
  const [ownStreams, ownHashes] = columnsOf(keyed.filter(({ record }) => record.o !== 'd'))
  if (ownHashes.length > 0) await client.query(OVERTAKEN, [ownStreams, batch.sourceId, batch.runId, ownHashes, batch.epoch, batch.seq])
}

export interface Swept {
  readonly batch: BatchEnvelope
  readonly seq: number
  readonly effect: NonNullable<BatchEffects['sweeps']>[number]
  /** The first batch of the reading. */
  readonly since: number
  readonly streamId: number
}

const OLDER = `q.source_id = $1 AND q.stream = $2 AND q.state IN ('open', 'retrying') AND (q.epoch, q.seq) < ($4::bigint, $6::int)`

// Subqueries that are not merged into joins, as in a sweep.
const DISPROVED = ({ scoped, keyless }: { readonly scoped: boolean; readonly keyless: boolean }): string => `
UPDATE quarantine q SET state = 'resolved', state_at = now(), state_by = 'run:' || $3,
  resolution = CASE WHEN q.key_hash IS NULL THEN 'not_repeated' ELSE 'gone' END
WHERE ${OLDER} ${scoped ? 'AND q.scope = $8' : ''} AND (${keyless ? 'q.key_hash IS NULL OR' : 'q.key_hash IS NOT NULL AND'} (
  SELECT true FROM sweep_seen s WHERE s.run_id = $3::uuid AND s.stream_id = $7::int AND s.key_hash = q.key_hash AND s.seq >= $6::int
  AND (s.seq <= $5::int OR s.content) LIMIT 1) IS NULL)`

const DELETED = `
UPDATE quarantine q SET ${RESOLVED('gone', '$3')} WHERE ${OLDER} AND q.key_hash IS NOT NULL AND (
  SELECT true FROM records t WHERE t.stream_id = $7::int AND t.key_hash = q.key_hash AND t.deleted_at IS NOT NULL
  AND (t.epoch, t.seq) = ($4::bigint, $5::int))`

/**
 * Resolves the quarantined rows from before the reading that a sweep disproves. If the reading showed all contents, whatever it did not show again is
 * over: a key is gone, and what has no key did not fail again. If it showed every key, that holds for keys. Any other reading may have skipped what could
 * not be stored before, so only keys whose older state the sweep has deleted are over.
 */
export const resolveSwept = async (client: pg.ClientBase, { batch, seq, effect, since, streamId }: Swept): Promise<void> => {
  const values = [batch.sourceId, effect.stream, batch.runId, batch.epoch, seq, since, streamId]
  const { contents = false, everyKey = false, scope } = effect
  if (!contents && !everyKey) await client.query(DELETED, values)
  else if (scope === undefined) await client.query(DISPROVED({ scoped: false, keyless: contents }), values)
  else await client.query(DISPROVED({ scoped: true, keyless: contents }), [...values, scope])
}
