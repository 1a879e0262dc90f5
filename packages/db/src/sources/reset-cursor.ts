import { Failure } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'

export interface CursorReset {
  readonly sourceId: string
  /** Only this stream; otherwise all. */
  readonly stream?: string | undefined
}

/**
 * Forgets how far streams have been read: the next run reads them from the beginning and finds what is stored unchanged.
 * Answers the streams; null when the source is unknown. Throws RUN_IN_PROGRESS while a run is active, NOT_FOUND for an
 * unknown stream. Raises the epoch, so that whatever is still on its way is fenced.
 */
export const resetCursor = (database: Database, reset: CursorReset, actor: Actor): Promise<readonly string[] | null> =>
  database.transaction(async (client) => {
    const source = await client.query('SELECT FROM sources WHERE id = $1 AND deleting_at IS NULL FOR UPDATE', [reset.sourceId])
    if (source.rowCount === 0) return null
    await client.query('INSERT INTO leases (source_id, epoch, expires_at) VALUES ($1, 0, now()) ON CONFLICT DO NOTHING', [reset.sourceId])
    await client.query('SELECT FROM leases WHERE source_id = $1 FOR UPDATE', [reset.sourceId])
    const active = await client.query<{ id: string }>(`SELECT id FROM runs WHERE source_id = $1 AND status <> 'ended'`, [reset.sourceId])
    if (active.rows[0] !== undefined) throw new Failure('RUN_IN_PROGRESS', `run ${active.rows[0].id} of this source is active`)
    const before = await client.query<{ name: string; cursor: unknown }>(
      'SELECT name, cursor FROM streams WHERE source_id = $1 AND ($2::text IS NULL OR name = $2) ORDER BY name',
      [reset.sourceId, reset.stream ?? null],
    )
    const lease = await client.query<{ epoch: string }>('UPDATE leases SET epoch = epoch + 1 WHERE source_id = $1 RETURNING epoch', [reset.sourceId])
    const { rows } = await client.query<{ name: string }>(
      `UPDATE streams SET cursor = NULL, cursor_epoch = $3, cursor_seq = 0, updated_at = now()
       WHERE source_id = $1 AND ($2::text IS NULL OR name = $2) RETURNING name`,
      [reset.sourceId, reset.stream ?? null, lease.rows[0]?.epoch],
    )
    if (rows.length === 0 && reset.stream !== undefined) throw new Failure('NOT_FOUND', 'the source has no such stream', { field: 'stream' })
    const streams = rows.map(({ name }) => name).sort()
    await writeAudit(client, {
      actor,
      action: 'source.resetCursor',
      targetType: 'source',
      targetId: reset.sourceId,
      before: before.rows,
      after: { streams },
    })
    const message = `cursors reset: ${streams.join(', ') || 'none was set'}`
    await writeEvent(client, { sourceId: reset.sourceId, type: 'cursor.reset', level: 'info', message })
    return streams
  })
