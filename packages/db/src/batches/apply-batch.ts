import { type BatchEnvelope, batchHash } from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'
import { isDataError, isTimeout, isUniqueViolation } from '../sql-state.js'
import { advanceHighWaterMark, type RunAsFound } from './advance-high-water-mark.js'
import { writeWithBisection } from './bisect.js'
import { quarantineEntry } from './write-quarantine.js'
import { type WriteCounts, type Written, writeRecords } from './write-records.js'
import { writeRetries } from './write-retries.js'

/**
 * - `applied`: records, ledger, counters and cursor are committed together.
 * - `duplicate`: this very batch was applied before; nothing was written.
 * - `fenced`: another worker holds the lease now; nothing was written.
 * - `mismatch`: another batch already has this place in the run, or the content does not match its hash; quarantined.
 */
export type ApplyResult =
  | { readonly result: 'applied'; readonly counts: WriteCounts /** The type of the source's connector. */; readonly connector: string }
  | { readonly result: 'duplicate' | 'fenced' | 'mismatch' }

/**
 * Applies one batch in one fenced transaction. Throws on anything that a later attempt may resolve. `expectsNew` says that none of its records is
 * believed to be stored, which halves the cost of writing them; the same is assumed for a source that has no records yet. If one is stored after all,
 * the batch is written again the ordinary way.
 */
export const applyBatch = async (
  database: Database,
  batch: BatchEnvelope,
  { expectsNew = false }: { readonly expectsNew?: boolean } = {},
): Promise<ApplyResult> => {
  if (batchHash(batch.payload, batch.effects) !== batch.sha256) {
    await recordMismatch(database.pool, batch, 'the content of the batch does not fit its sha256')
    return { result: 'mismatch' }
  }
  if (batch.retries === true) return database.keyedTransaction((client) => applyInTransaction(client, batch, () => writeRetries(client, batch)))
  // The records an overlapping batch must be compared with may not be stored yet; only the ordinary way waits for them.
  return store(database, batch, { expectsNew, mayBeNew: batch.overlaps !== true })
}

const store = async (
  database: Database,
  batch: BatchEnvelope,
  { expectsNew, mayBeNew }: { readonly expectsNew: boolean; readonly mayBeNew: boolean },
): Promise<ApplyResult> => {
  let areNew = false
  try {
    return await database.keyedTransaction((client) =>
      applyInTransaction(client, batch, (place) => {
        areNew = mayBeNew && (expectsNew || place.isFirst)
        return writeRecords(client, batch, batch, { inOrder: isInOrder(place, batch), areNew })
      }),
    )
  } catch (error) {
    if (areNew && isUniqueViolation(error)) return store(database, batch, { expectsNew, mayBeNew: false })
    if (!isDataError(error) && !isTimeout(error)) throw error
    return database.keyedTransaction((client) =>
      applyInTransaction(client, batch, (place) => writeWithBisection(client, batch, isInOrder(place, batch))),
    )
  }
}

const applyInTransaction = async (client: pg.ClientBase, batch: BatchEnvelope, write: (place: Place) => Promise<Written>): Promise<ApplyResult> => {
  const place = await claimPlace(client, batch)
  if (place === 'fenced') return { result: await refuse(client, batch) }
  if (typeof place === 'string') {
    if (place === 'mismatch') await recordMismatch(client, batch, 'another batch was already applied at this place of the run')
    return { result: place }
  }
  const written = await write(place)
  const { counts } = await advanceHighWaterMark(client, batch, written, place)
  return { result: 'applied', counts, connector: place.connector }
}

/** Handles a batch of a superseded worker. If it was stored while its lease was still held, this is only a second delivery. */
const refuse = async (client: pg.ClientBase, batch: BatchEnvelope): Promise<'duplicate' | 'fenced'> => {
  const { rows } = await client.query('SELECT FROM ledger WHERE run_id = $1 AND seq = $2 AND epoch = $3', [batch.runId, batch.seq, batch.epoch])
  const result = rows.length > 0 ? 'duplicate' : 'fenced'
  await client.query(`UPDATE runs SET ${result}_batches = ${result}_batches + 1 WHERE id = $1`, [batch.runId])
  return result
}

interface Place extends RunAsFound {
  /** The type of the source's connector. */
  readonly connector: string
  /** The source has no stored records yet. */
  readonly isFirst: boolean
}

const isInOrder = ({ highWaterMark }: Place, { seq }: BatchEnvelope): boolean => highWaterMark === seq - 1

// KEY SHARE lets the batches of a run proceed in parallel with each other and with the heartbeat, while taking the lease (FOR UPDATE) waits for them.
// The batch enters the ledger only if its worker still holds the lease once the row is locked.
const PLACE = `
WITH lease AS MATERIALIZED (SELECT epoch = $4 AND run_id = $1 AS held FROM leases WHERE source_id = $3 FOR KEY SHARE),
entry AS (
  INSERT INTO ledger (run_id, seq, source_id, epoch, sha256, records, bytes, effects)
  SELECT $1, $2, $3, $4, decode($5, 'hex'), $6, $7, $8 WHERE (SELECT held FROM lease) ON CONFLICT DO NOTHING RETURNING seq
)
SELECT coalesce((SELECT held FROM lease), false) AS held, EXISTS (SELECT FROM entry) AS free, run.prefix_seq, run.committed_batches AS applied,
  EXISTS (SELECT FROM ledger WHERE run_id = $1 AND seq > $2) AS followed,
  (SELECT true FROM streams st CROSS JOIN LATERAL (SELECT FROM records WHERE stream_id = st.id LIMIT 1) r WHERE st.source_id = $3 LIMIT 1) IS NULL AS first,
  (SELECT connector FROM sources WHERE id = $3) AS connector
FROM (SELECT 1) one LEFT JOIN runs run ON run.id = $1`

interface PlaceRow {
  readonly held: boolean
  readonly free: boolean
  readonly prefix_seq: number | null
  readonly applied: number | null
  readonly followed: boolean
  readonly first: boolean
  readonly connector: string | null
}

/** Returns the batch's place in the run if it was free; otherwise what already has that place, or `fenced` if another worker holds the lease. */
const claimPlace = async (client: pg.ClientBase, batch: BatchEnvelope): Promise<Place | 'duplicate' | 'mismatch' | 'fenced'> => {
  const { rows } = await client.query<PlaceRow>({
    name: 'inlet-ledger',
    text: PLACE,
    values: [
      batch.runId,
      batch.seq,
      batch.sourceId,
      batch.epoch,
      batch.sha256,
      batch.counts.u + batch.counts.d + batch.counts.n + batch.counts.q,
      batch.bytes,
      batch.effects === undefined ? null : JSON.stringify(batch.effects),
    ],
  })
  const place = rows[0]
  if (place?.held !== true) return 'fenced'
  if (place.free)
    return {
      highWaterMark: place.prefix_seq ?? 0,
      applied: place.applied ?? 0,
      isFollowed: place.followed,
      isFirst: place.first,
      connector: place.connector ?? 'unknown',
    }
  const { rows: present } = await client.query<{ same: boolean }>(
    `SELECT sha256 = decode($3, 'hex') AS same FROM ledger WHERE run_id = $1 AND seq = $2`,
    [batch.runId, batch.seq, batch.sha256],
  )
  if (present[0]?.same !== true) return 'mismatch'
  await client.query('UPDATE runs SET duplicate_batches = duplicate_batches + 1 WHERE id = $1', [batch.runId])
  return 'duplicate'
}

const recordMismatch = async (client: Pick<pg.ClientBase, 'query'>, batch: BatchEnvelope, message: string): Promise<void> => {
  const text = `batch ${batch.seq} of epoch ${batch.epoch}: ${message}`
  await quarantineEntry(client, batch, { record: { s: '', k: '', h: '' }, text: batch.payload.toString(), reason: 'BATCH_MISMATCH', message: text })
  // A superseded worker must not end the run that another one continues with.
  await client.query(`UPDATE runs SET error_reason = 'BATCH_MISMATCH' WHERE id = $1 AND epoch = $2 AND status = 'running'`, [
    batch.runId,
    batch.epoch,
  ])
  await writeEvent(client, { sourceId: batch.sourceId, runId: batch.runId, type: 'batch.mismatch', level: 'error', message })
}
