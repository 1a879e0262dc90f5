import { type BatchEnvelope, deleteFuse } from '@inlet/domain'
import type pg from 'pg'

export interface SweepRequest {
  readonly batch: BatchEnvelope
  readonly seq: number
  readonly stream: string
  readonly scope?: string | undefined
  readonly allowMassDelete: boolean
}

const UNSEEN = `
FROM records t WHERE t.stream_id = $1 AND t.deleted_at IS NULL AND ($2::text IS NULL OR t.scope = $2)
AND NOT EXISTS (SELECT FROM sweep_seen s WHERE s.run_id = $3 AND s.stream_id = t.stream_id AND s.key_hash = t.key_hash)`

/**
 * Deletes the live records of a stream (of a scope) that the run has not seen, and answers their number. A sweep of a
 * whole stream that would delete more than the fuse allows deletes nothing and leaves a warning on the run.
 */
export const sweep = async (client: pg.ClientBase, request: SweepRequest): Promise<number> => {
  const { batch, scope } = request
  const found = await client.query<{ id: number; live_records: string }>('SELECT id, live_records FROM streams WHERE source_id = $1 AND name = $2', [
    batch.sourceId,
    request.stream,
  ])
  const stream = found.rows[0]
  if (stream === undefined) return 0
  if (scope === undefined && !request.allowMassDelete) {
    const { rows } = await client.query<{ unseen: number }>(`SELECT count(*)::int AS unseen ${UNSEEN}`, [stream.id, null, batch.runId])
    const unseen = rows[0]?.unseen ?? 0
    if (unseen > deleteFuse(Number(stream.live_records))) {
      await warn(client, batch, `${unseen} of ${stream.live_records} records of ${request.stream} are gone at the source; nothing was deleted`)
      return 0
    }
    if (unseen === 0) return 0
  }
  const { rowCount } = await client.query(
    `UPDATE records u SET deleted_at = now(), fetched_at = now(), run_id = $3, epoch = $4, seq = $5
     WHERE u.stream_id = $1 AND u.key_hash IN (SELECT t.key_hash ${UNSEEN})`,
    [stream.id, scope ?? null, batch.runId, batch.epoch, request.seq],
  )
  const deleted = rowCount ?? 0
  await client.query('UPDATE streams SET live_records = live_records - $2 WHERE id = $1', [stream.id, deleted])
  await client.query('UPDATE runs SET deleted = deleted + $2 WHERE id = $1', [batch.runId, deleted])
  return deleted
}

const warn = async (client: pg.ClientBase, batch: BatchEnvelope, message: string): Promise<void> => {
  await client.query(
    `UPDATE runs SET progress = jsonb_set(progress, '{warnings}', coalesce(progress->'warnings', '[]') || $2::jsonb) WHERE id = $1`,
    [batch.runId, JSON.stringify([{ reason: 'DELETE_FUSE', message }])],
  )
  await client.query(`INSERT INTO events (source_id, run_id, type, level, message) VALUES ($1, $2, 'sweep.refused', 'warn', $3)`, [
    batch.sourceId,
    batch.runId,
    message,
  ])
}
