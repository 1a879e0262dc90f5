import { canonicalJson, nextTick } from '@inlet/domain'
import type pg from 'pg'
import type { LockedSource } from './lock-source.js'
import type { VersionContent } from './version-content.js'

/**
 * Points a source to another version: runs that begin from now on use it, with its schedule. A source that had stopped with
 * an error is active again when `repairs`. The caller holds the lock.
 */
export const goLive = async (
  client: pg.ClientBase,
  change: {
    readonly sourceId: string
    readonly before: LockedSource
    readonly versionId: string
    readonly content: VersionContent
    readonly repairs: boolean
  },
): Promise<{ readonly rescheduled: boolean }> => {
  const { schedule } = change.content
  const rescheduled = canonicalJson(schedule) !== canonicalJson(change.before.live.content.schedule)
  await client.query(
    `UPDATE sources SET version_id = $2, cron = $3, time_zone = $4, next_tick_at = CASE WHEN $5 THEN $6::timestamptz ELSE next_tick_at END,
       revision = revision + 1, draft_revision = draft_revision + 1, updated_at = now(),
       status = CASE WHEN $7 THEN 'ACTIVE' ELSE status END, status_reason = CASE WHEN $7 THEN NULL ELSE status_reason END,
       status_message = CASE WHEN $7 THEN NULL ELSE status_message END, process_deaths = CASE WHEN $7 THEN 0 ELSE process_deaths END,
       consecutive_failures = CASE WHEN $7 THEN 0 ELSE consecutive_failures END WHERE id = $1`,
    [
      change.sourceId,
      change.versionId,
      schedule?.cron ?? null,
      schedule?.timeZone ?? 'UTC',
      rescheduled,
      schedule === null ? null : nextTick(schedule, change.before.now),
      change.repairs,
    ],
  )
  return { rescheduled }
}
