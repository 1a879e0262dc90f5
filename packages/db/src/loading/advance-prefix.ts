import { type BatchEffects, type BatchEnvelope, quarantineBudget } from '@inlet/domain'
import type pg from 'pg'
import { moveBackfillCursor } from '../runs/backfill-cursors.js'
import { settleRetries } from './settle-retries.js'
import { sweep } from './sweep.js'
import type { Written } from './write-records.js'

interface RunRow {
  readonly prefix_seq: number
  readonly allow_mass_delete: boolean
  readonly quarantined: string
  readonly stored: string
  readonly backfills: boolean
  readonly retries: boolean
}

const COUNT = `
UPDATE runs SET committed_batches = committed_batches + 1, committed_bytes = committed_bytes + $2, inserted = inserted + $3,
  updated = updated + $4, unchanged = unchanged + $5, deleted = deleted + $6, quarantined = quarantined + $7
WHERE id = $1
RETURNING prefix_seq, allow_mass_delete, quarantined, inserted + updated + unchanged AS stored,
  trigger = 'backfill' AS backfills, trigger = 'quarantine' AS retries`

/**
 * Counts a stored batch and moves the run's contiguous prefix; cursors and sweeps of the batches passed take effect
 * now. Takes the run's row lock and then those of its streams, so it comes last in the transaction and batches cannot
 * lock each other out. Answers how many records sweeps deleted.
 */
export const advancePrefix = async (client: pg.ClientBase, batch: BatchEnvelope, { counts, live }: Written): Promise<number> => {
  const { rows } = await client.query<RunRow>({
    name: 'inlet-count',
    text: COUNT,
    values: [batch.runId, batch.bytes, counts.inserted, counts.updated, counts.unchanged, counts.deleted, counts.quarantined],
  })
  const run = rows[0]
  if (run === undefined) return 0
  await countLive(client, live)
  const passed = await contiguous(client, batch.runId, run.prefix_seq)
  const last = passed.at(-1)
  if (last === undefined) return 0
  const quarantined = Number(run.quarantined)
  // What fails again was counted when it first failed, and passes nothing over.
  if (!run.retries && quarantined > quarantineBudget(Number(run.stored) + quarantined)) {
    // The cursor stays, so that nothing is passed over; the worker sees the reason and ends the run.
    await client.query(`UPDATE runs SET error_reason = 'QUARANTINE_BUDGET' WHERE id = $1`, [batch.runId])
    return 0
  }
  await client.query({ name: 'inlet-prefix', text: 'UPDATE runs SET prefix_seq = $2 WHERE id = $1', values: [batch.runId, last.seq] })
  let deleted = 0
  for (const { effects, seq } of passed) {
    for (const { stream, cursor } of effects?.cursors ?? [])
      if (run.backfills) await moveBackfillCursor(client, batch, { stream, cursor })
      else await moveCursor(client, batch, { stream, cursor, seq })
    if (effects?.retries !== undefined) await settleRetries(client, batch.runId, effects.retries)
    for (const request of effects?.sweeps ?? []) deleted += await sweep(client, { batch, seq, ...request, allowMassDelete: run.allow_mass_delete })
  }
  return deleted
}

const countLive = async (client: pg.ClientBase, live: Written['live']): Promise<void> => {
  const moved = [...live].filter(([, delta]) => delta !== 0)
  if (moved.length === 0) return
  await client.query({
    name: 'inlet-live',
    text: `UPDATE streams st SET live_records = live_records + d.delta
           FROM unnest($1::int[], $2::int[]) AS d(id, delta) WHERE st.id = d.id`,
    values: [moved.map(([id]) => id), moved.map(([, delta]) => delta)],
  })
}

interface Passed {
  readonly seq: number
  readonly effects: BatchEffects | null
}

const contiguous = async (client: pg.ClientBase, runId: string, prefix: number): Promise<readonly Passed[]> => {
  // A statement of its own after the row lock, so that it sees what the previous holder committed.
  const { rows } = await client.query<Passed>({
    name: 'inlet-ahead',
    text: 'SELECT seq, effects FROM ledger WHERE run_id = $1 AND seq > $2 ORDER BY seq',
    values: [runId, prefix],
  })
  const gap = rows.findIndex((row, index) => row.seq !== prefix + 1 + index)
  return gap === -1 ? rows : rows.slice(0, gap)
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
