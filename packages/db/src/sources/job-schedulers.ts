import type { Schedule } from '@inlet/domain'
import type { Database } from '../database.js'

/** A source whose job scheduler is not confirmed to be in the queue as wanted. */
export interface SchedulerToSync {
  readonly sourceId: string
  /** Null: the scheduler must be removed. */
  readonly schedule: Schedule | null
}

// SQL: compares each row with a value computed from its other columns, and skips locked rows.
const WANTED = `CASE WHEN status IN ('PAUSED', 'STOPPED') OR deleting_at IS NOT NULL OR cron IS NULL THEN NULL ELSE cron || ' ' || time_zone END`

/** Lists up to `limit` sources whose scheduler differs from what was last confirmed, except those already tried. */
export const listSchedulersToSync = async (
  database: Database,
  limit: number,
  except: readonly string[] = [],
): Promise<readonly SchedulerToSync[]> => {
  const { rows } = await database.pool.query<{ id: string; wanted: string | null; cron: string; time_zone: string }>(
    `SELECT id, ${WANTED} AS wanted, cron, time_zone FROM sources WHERE synced_schedule IS DISTINCT FROM ${WANTED} AND id <> ALL($2::uuid[]) LIMIT $1`,
    [limit, except],
  )
  return rows.map((row) => ({ sourceId: row.id, schedule: row.wanted === null ? null : { cron: row.cron, timeZone: row.time_zone } }))
}

const WITH_SCHEDULE = { status: { notIn: ['PAUSED', 'STOPPED'] }, deletingAt: null, cron: { not: null } }

/** Counts the schedules that must be in the queue. */
export const countWantedSchedules = ({ prisma }: Database): Promise<number> => prisma.source.count({ where: WITH_SCHEDULE })

/** Lists all schedules that must be in the queue, for comparison with what is there. */
export const listWantedSchedules = async ({ prisma }: Database): Promise<readonly { readonly sourceId: string; readonly schedule: Schedule }[]> => {
  const rows = await prisma.source.findMany({
    where: WITH_SCHEDULE,
    select: { id: true, cron: true, timeZone: true },
  })
  return rows.flatMap(({ id, cron, timeZone }) => (cron === null ? [] : [{ sourceId: id, schedule: { cron, timeZone } }]))
}

/** Clears which job schedulers were confirmed, e.g. after the queue was lost; null means all sources. */
export const forgetSynced = async (database: Database, sourceIds: readonly string[] | null): Promise<void> => {
  await database.pool.query(
    `UPDATE sources SET synced_schedule = NULL WHERE id IN (
       SELECT id FROM sources WHERE ($1::uuid[] IS NULL OR id = ANY($1)) AND synced_schedule IS NOT NULL FOR NO KEY UPDATE SKIP LOCKED)`,
    [sourceIds],
  )
}
