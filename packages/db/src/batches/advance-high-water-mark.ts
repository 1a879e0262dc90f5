import { type BatchEffects, type BatchEnvelope, quarantineBudget } from '@inlet/domain'
import type pg from 'pg'
import { resolveQuarantined } from '../quarantine/resolve-quarantined.js'
import { moveBackfillCursor } from '../runs/backfill-cursors.js'
import { reviveSwept } from './revive-swept.js'
import { sweep } from './sweep.js'
import { addWritten, NO_COUNTS, NOTHING_WRITTEN, type Written } from './write-records.js'

/** The state of a run and its ledger when a batch takes its place. */
export interface RunAsFound {
  /** The sequence number up to which the run is stored without a gap. */
  readonly highWaterMark: number
  /** How many of its batches are stored. */
  readonly applied: number
  /** Whether a later batch is among the stored ones. */
  readonly isFollowed: boolean
}

interface RunRow {
  readonly prefix_seq: number
  readonly allow_mass_delete: boolean
  readonly quarantined: string
  readonly stored: string
  readonly backfills: boolean
  readonly retries: boolean
  /** The high-water mark has passed this batch and no other. */
  readonly moved: boolean
  /** Valid only if `moved`. */
  readonly unresolved: boolean
}

// If no batch was stored since this one took its place ($9), what was found then still holds, and the same statement can move the mark.
const MOVES = `$8::int IS NOT NULL AND prefix_seq = $8 - 1 AND committed_batches = $9 AND quarantined + $7 = 0`
const COUNT = `
WITH run AS (
  UPDATE runs SET committed_batches = committed_batches + 1, committed_bytes = committed_bytes + $2, inserted = inserted + $3,
    updated = updated + $4, unchanged = unchanged + $5, deleted = deleted + $6, quarantined = quarantined + $7,
    prefix_seq = CASE WHEN ${MOVES} THEN $8 ELSE prefix_seq END
  WHERE id = $1
  RETURNING prefix_seq, allow_mass_delete, quarantined, inserted + updated + unchanged AS stored, coalesce(prefix_seq = $8, false) AS moved,
    trigger = 'backfill' AS backfills, trigger = 'quarantine' AS retries
), counted AS (
  UPDATE streams st SET live_records = live_records + d.delta FROM run CROSS JOIN unnest($10::int[], $11::int[]) AS d(id, delta) WHERE st.id = d.id
)
SELECT run.*, EXISTS (SELECT FROM quarantine WHERE source_id = $12 AND state IN ('open', 'retrying') AND key_hash IS NOT NULL) AS unresolved FROM run`

/**
 * Counts a stored batch and moves the run's high-water mark; cursor moves and sweeps of the batches it passes take effect now. Locks the run's row
 * and then those of its streams, so it must come last in the transaction: then batches cannot deadlock. `found` is the state before the batch was
 * written. Returns everything that was written.
 */
export const advanceHighWaterMark = async (client: pg.ClientBase, batch: BatchEnvelope, done: Written, found: RunAsFound): Promise<Written> => {
  const { counts } = done
  const live = liveOf(done)
  // If a later batch is stored, the mark may pass more than this one.
  const mayMove = !found.isFollowed && found.highWaterMark === batch.seq - 1
  const { rows } = await client.query<RunRow>({
    name: 'inlet-count',
    text: COUNT,
    values: [
      batch.runId,
      batch.bytes,
      counts.inserted,
      counts.updated,
      counts.unchanged,
      counts.deleted,
      counts.quarantined,
      mayMove ? batch.seq : null,
      found.applied,
      live.ids,
      live.deltas,
      batch.sourceId,
    ],
  })
  const run = rows[0]
  if (run === undefined) return done
  const revived = run.moved ? NOTHING_WRITTEN : await reviveSwept(client, batch, { from: found.highWaterMark, to: run.prefix_seq })
  await countRevived(client, batch.runId, revived.counts.updated)
  const written = addWritten(done, revived)
  const { passed, unresolved } = run.moved
    ? { passed: [{ seq: batch.seq, effects: batch.effects ?? null }], unresolved: run.unresolved }
    : await lookAhead(client, batch, run.prefix_seq)
  if (batch.retries !== true) await resolveQuarantined(client, batch, unresolved)
  const last = passed.at(-1)
  const quarantined = Number(run.quarantined)
  // A retry that fails again was counted the first time and skips nothing. Once the budget is spent the cursor stays where it is, so that nothing is
  // skipped; the worker sees the reason and ends the run.
  const overspent = last !== undefined && !run.retries && quarantined > quarantineBudget(Number(run.stored) + quarantined)
  if (!run.moved) await mark(client, batch.runId, { live: liveOf(revived), highWaterMark: overspent ? undefined : last?.seq, overspent })
  if (last === undefined || overspent) return written
  let deleted = 0
  for (const { effects, seq } of passed) {
    for (const { stream, cursor } of effects?.cursors ?? [])
      if (run.backfills) await moveBackfillCursor(client, batch, { stream, cursor })
      else await moveCursor(client, batch, { stream, cursor, seq })
    if (effects?.retries !== undefined) await completeRetries(client, batch.runId, effects.retries)
    for (const effect of effects?.sweeps ?? []) deleted += await sweep(client, { batch, seq, effect, allowMassDelete: run.allow_mass_delete })
  }
  return addWritten(written, { ...NOTHING_WRITTEN, counts: { ...NO_COUNTS, deleted } })
}

const countRevived = async (client: pg.ClientBase, runId: string, revived: number): Promise<void> => {
  if (revived > 0) await client.query('UPDATE runs SET updated = updated + $2, unchanged = unchanged - $2 WHERE id = $1', [runId, revived])
}

interface Live {
  readonly ids: readonly number[]
  readonly deltas: readonly number[]
}

/** By how much the number of live records of each stream changed. */
const liveOf = ({ live }: Written): Live => {
  const changed = [...live].filter(([, delta]) => delta !== 0)
  return { ids: changed.map(([id]) => id), deltas: changed.map(([, delta]) => delta) }
}

interface Mark {
  readonly live: Live
  /** Absent: the mark stays where it is. */
  readonly highWaterMark: number | undefined
  readonly overspent: boolean
}

/** Updates the live record counts of streams and moves the high-water mark of the run, whose row is already locked. */
const mark = async (client: pg.ClientBase, runId: string, { live, highWaterMark, overspent }: Mark): Promise<void> => {
  if (live.ids.length === 0 && highWaterMark === undefined && !overspent) return
  await client.query({
    name: 'inlet-mark',
    text: `WITH counted AS (
             UPDATE streams st SET live_records = live_records + d.delta FROM unnest($2::int[], $3::int[]) AS d(id, delta) WHERE st.id = d.id
           )
           UPDATE runs SET prefix_seq = coalesce($4, prefix_seq), error_reason = CASE WHEN $5 THEN 'QUARANTINE_BUDGET' ELSE error_reason END
           WHERE id = $1 AND ($4::int IS NOT NULL OR $5::boolean)`,
    values: [runId, live.ids, live.deltas, highWaterMark ?? null, overspent],
  })
}

interface Passed {
  readonly seq: number
  readonly effects: BatchEffects | null
}

interface Ahead {
  /** The batches that the high-water mark can pass now. */
  readonly passed: readonly Passed[]
  /** Whether records of the source with a known key are waiting in quarantine. */
  readonly unresolved: boolean
}

const AHEAD = `
SELECT EXISTS (SELECT FROM quarantine WHERE source_id = $3 AND state IN ('open', 'retrying') AND key_hash IS NOT NULL) AS unresolved,
  coalesce((SELECT jsonb_agg(jsonb_build_object('seq', seq, 'effects', effects) ORDER BY seq) FROM ledger WHERE run_id = $1 AND seq > $2), '[]') AS ahead`

const lookAhead = async (client: pg.ClientBase, batch: BatchEnvelope, highWaterMark: number): Promise<Ahead> => {
  // A separate statement after the row lock, so that it sees what the previous holder committed.
  const { rows } = await client.query<{ unresolved: boolean; ahead: readonly Passed[] }>({
    name: 'inlet-ahead',
    text: AHEAD,
    values: [batch.runId, highWaterMark, batch.sourceId],
  })
  const { unresolved, ahead } = rows[0] ?? { unresolved: false, ahead: [] }
  const gap = ahead.findIndex((row, index) => row.seq !== highWaterMark + 1 + index)
  return { passed: gap === -1 ? ahead : ahead.slice(0, gap), unresolved }
}

/** Compare-and-set: an older (epoch, seq) never moves a newer cursor. */
const moveCursor = async (client: pg.ClientBase, batch: BatchEnvelope, move: { stream: string; cursor: unknown; seq: number }): Promise<void> => {
  await client.query({
    name: 'inlet-cursor',
    text: `UPDATE streams SET cursor = $3::jsonb, cursor_epoch = $4, cursor_seq = $5, updated_at = now()
           WHERE source_id = $1 AND name = $2 AND (cursor_epoch, cursor_seq) < ($4, $5)`,
    values: [batch.sourceId, move.stream, JSON.stringify(move.cursor), batch.epoch, move.seq],
  })
}

/** Closes quarantined records whose retries are all stored, as an effect of the batch. A record that failed again is already open. */
const completeRetries = async (client: pg.ClientBase, runId: string, retries: NonNullable<BatchEffects['retries']>): Promise<void> => {
  await client.query(
    `UPDATE quarantine q SET state_at = clock_timestamp(), state_by = 'run:' || $3, retry_run_id = $3::uuid,
       outcome = CASE WHEN r.left_out THEN 'left_out' ELSE coalesce(q.outcome, 'superseded') END,
       state = CASE WHEN r.left_out OR q.outcome IN ('stored', 'left_out') THEN 'retried' ELSE 'superseded' END
     FROM unnest($1::bigint[], $2::boolean[]) AS r(id, left_out) WHERE q.id = r.id AND q.state = 'retrying'`,
    [retries.map(({ id }) => id), retries.map(({ leftOut }) => leftOut === true), runId],
  )
}
