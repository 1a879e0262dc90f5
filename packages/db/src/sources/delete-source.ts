import type { Database } from '../database.js'
import { type Actor, writeAudit } from './audit.js'

const CHUNK = 10_000

/** Begins the deletion: the source is gone for every reader at once, its rest follows. False when it does not exist. */
export const markDeleting = (database: Database, sourceId: string, actor: Actor): Promise<boolean> =>
  database.transaction(async (client) => {
    const { rowCount } = await client.query(
      `UPDATE sources SET deleting_at = now(), status = 'PAUSED', next_tick_at = NULL, restart_at = NULL, credential_id = NULL, revision = revision + 1,
         name_key = name_key || ' ' || id, slug = id::text WHERE id = $1 AND deleting_at IS NULL`,
      [sourceId],
    )
    if (rowCount === 0) return false
    // Whoever still writes for the source is fenced from here on; in the order of runs/lock-order.ts.
    await client.query('SELECT FROM leases WHERE source_id = $1 FOR UPDATE', [sourceId])
    await client.query('UPDATE leases SET epoch = epoch + 1, run_id = NULL, holder = NULL, expires_at = now() WHERE source_id = $1', [sourceId])
    await client.query(`UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, now()) WHERE source_id = $1 AND status <> 'ended'`, [
      sourceId,
    ])
    await writeAudit(client, { actor, action: 'source.delete', targetType: 'source', targetId: sourceId })
    return true
  })

/** Removes everything of a source whose deletion has begun, in chunks; safe to repeat after any interruption. */
export const deleteSource = async (database: Database, sourceId: string): Promise<void> => {
  const { pool } = database
  for (;;) {
    const { rowCount } = await pool.query(
      `DELETE FROM records WHERE ctid = ANY(ARRAY(SELECT ctid FROM records WHERE source_id = $1 LIMIT ${CHUNK}))`,
      [sourceId],
    )
    if ((rowCount ?? 0) < CHUNK) break
  }
  await database.transaction(async (client) => {
    // Who is about to write for it (ending its run, making a stream) locks the source first, finds it gone and writes nothing.
    await client.query('SELECT FROM sources WHERE id = $1 AND deleting_at IS NOT NULL FOR UPDATE', [sourceId])
    await client.query('DELETE FROM sweep_seen WHERE run_id IN (SELECT id FROM runs WHERE source_id = $1)', [sourceId])
    await client.query('DELETE FROM cursor_history WHERE stream_id IN (SELECT id FROM streams WHERE source_id = $1)', [sourceId])
    // Its head first: who adds to the inbox holds it, and finds none afterwards.
    await client.query('DELETE FROM inbox_heads WHERE source_id = $1', [sourceId])
    for (const table of [
      'inbox',
      'ledger',
      'incidents',
      'quarantine',
      'ticks',
      'events',
      'runs',
      'leases',
      'streams',
      'credentials',
      'source_versions',
      'raw_samples',
      'mapping_examples',
      'calls',
      'browsed_items',
    ])
      await client.query(`DELETE FROM ${table} WHERE source_id = $1`, [sourceId])
    await client.query('DELETE FROM sources WHERE id = $1 AND deleting_at IS NOT NULL', [sourceId])
  })
}
