import type { BatchEnvelope } from '@inlet/domain'
import type pg from 'pg'
import { splitPayload } from '../loading/bisect.js'

const RESOLVE = `
UPDATE quarantine q SET state = 'resolved', state_at = now(), state_by = 'run:' || $3
FROM unnest($1::text[], $6::text[]) AS r(s, h)
WHERE q.source_id = $2 AND q.stream = r.s AND q.key_hash = decode(r.h, 'hex') AND q.state IN ('open', 'retrying')
  AND (q.epoch, q.seq) < ($4, $5)`

/** Closes what waits in quarantine under keys that this batch brings later and right from the source, changed or not. */
export const resolveQuarantined = async (client: pg.ClientBase, batch: BatchEnvelope): Promise<void> => {
  // Not the payload itself: a value in it may be what Postgres refuses.
  const brought = splitPayload(batch.payload).filter(({ record }) => record.o !== 'q' && record.h !== '')
  const streams = brought.map(({ record }) => record.s)
  const hashes = brought.map(({ record }) => record.h)
  await client.query(RESOLVE, [streams, batch.sourceId, batch.runId, batch.epoch, batch.seq, hashes])
}
