import type { Schedule } from '@inlet/domain'
import type { Database } from '../database.js'

/** Records what the queue has accepted. Nothing here waits for a row that is locked: what is not recorded is merely enqueued once more. */
export const confirmQueued = (database: Database) => ({
  /** The reconciler leaves these runs alone for a while. */
  async runsEnqueued(runIds: readonly string[]): Promise<void> {
    await database.keyed.query({
      name: 'inlet-enqueued',
      text: 'UPDATE runs SET enqueued_at = now() WHERE id IN (SELECT id FROM runs WHERE id = ANY($1::uuid[]) FOR NO KEY UPDATE SKIP LOCKED)',
      values: [runIds],
    })
  },
  /** Records the schedule the queue now has for a source, which may no longer be the one the source wants; null: none. */
  async schedulerSynced(sourceId: string, schedule: Schedule | null): Promise<void> {
    await database.pool.query(
      'UPDATE sources SET synced_schedule = $2 WHERE id = (SELECT id FROM sources WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED)',
      [sourceId, schedule === null ? null : `${schedule.cron} ${schedule.timeZone}`],
    )
  },
})
