import type { Schedule } from '@inlet/domain'
import { createGrouping } from '@inlet/runtime'
import { EXPIRED } from '../calls/call-repository.js'
import type { Database } from '../database.js'
import { RECHECK_DUE } from '../rechecks/claim-rechecks.js'
import { createRun } from '../runs/create-run.js'

/** Which repairs are needed. */
export interface Repairs {
  readonly overdue: boolean
  readonly restarts: boolean
  readonly retries: boolean
  readonly lost: boolean
  readonly rechecks: boolean
  readonly calls: boolean
  /** Whether there are sources that these steps could concern. */
  readonly pushed: boolean
  readonly continuous: boolean
  readonly staleness: boolean
}

/** Finds which repair steps have anything to do, in one statement for all, since mostly there is nothing. */
export const findRepairs = async (
  { pool }: Pick<Database, 'pool'>,
  request: { readonly graceSeconds: number; readonly continuous: readonly string[] },
): Promise<Repairs> => {
  const { rows } = await pool.query<Repairs>({
    name: 'inlet-repairs',
    text: `SELECT EXISTS (SELECT FROM sources WHERE ${OVERDUE}) AS overdue, EXISTS (SELECT FROM sources WHERE ${DUE}) AS restarts,
             EXISTS (SELECT FROM quarantine WHERE state = 'retrying') AS retries, EXISTS (SELECT ${WITHOUT_JOB}) AS lost,
             EXISTS (SELECT FROM rechecks WHERE ${RECHECK_DUE}) AS rechecks, EXISTS (SELECT FROM calls WHERE ${EXPIRED}) AS calls,
             EXISTS (SELECT FROM inbox_heads) AS pushed, EXISTS (SELECT FROM sources WHERE connector = ANY($2::text[])) AS continuous,
             EXISTS (SELECT FROM sources WHERE fresh_within_seconds IS NOT NULL OR stale_since IS NOT NULL) AS staleness`,
    values: [request.graceSeconds, request.continuous],
  })
  return rows[0] ?? ALL_REPAIRS
}

/** If the query fails, every step checks for itself. */
export const ALL_REPAIRS: Repairs = {
  overdue: true,
  restarts: true,
  retries: true,
  lost: true,
  rechecks: true,
  calls: true,
  pushed: true,
  continuous: true,
  staleness: true,
}

const OVERDUE = `next_tick_at < clock_timestamp() - $1 * interval '1 second' AND deleting_at IS NULL`

/** Lists up to `limit` sources with a tick that should have been handled `graceSeconds` ago, except those already tried. */
export const listOverdueSources = async (
  database: Database,
  request: { readonly graceSeconds: number; readonly limit: number; readonly except?: readonly string[] },
): Promise<readonly string[]> => {
  const { rows } = await database.pool.query<{ id: string }>(
    `SELECT id FROM sources WHERE ${OVERDUE} AND id <> ALL($3::uuid[]) ORDER BY next_tick_at LIMIT $2`,
    [request.graceSeconds, request.limit, request.except ?? []],
  )
  return rows.map(({ id }) => id)
}

const WITHOUT_JOB = `FROM runs r LEFT JOIN leases l ON l.source_id = r.source_id
  WHERE (r.status = 'queued' AND (r.enqueued_at IS NULL OR r.enqueued_at < clock_timestamp() - interval '30 seconds'))
  OR (r.status = 'parked' AND r.wake_at <= clock_timestamp())
  OR (r.status = 'running' AND (l.run_id IS DISTINCT FROM r.id OR l.expires_at < clock_timestamp()))`

export interface RunToEnqueue {
  readonly runId: string
  readonly sourceId: string
  readonly attempt: number
}

/**
 * Lists active runs that no worker holds and that need a job: queued runs never enqueued or whose job seems lost, parked runs whose time has come,
 * running ones whose lease expired. Claimed by state, so any number of reconcilers may ask. Those that have waited longest come first, so that none
 * is starved.
 */
export const listRunsToEnqueue = async (database: Database, limit: number): Promise<readonly RunToEnqueue[]> => {
  const { rows } = await database.pool.query<RunToEnqueue>(
    `SELECT r.id AS "runId", r.source_id AS "sourceId", r.attempt ${WITHOUT_JOB}
     ORDER BY r.enqueued_at NULLS FIRST, r.created_at LIMIT $1`,
    [limit],
  )
  return rows
}

/** Lists sources whose automatic restart is due: active ones, and suspended ones whose next probe is due. */
export const listDueRestarts = async (database: Database, limit: number): Promise<readonly string[]> => {
  const { rows } = await database.pool.query<{ id: string }>(`SELECT id FROM sources WHERE ${DUE} ORDER BY restart_at LIMIT $1`, [limit])
  return rows.map(({ id }) => id)
}

const DUE = `restart_at <= clock_timestamp() AND (status = 'ACTIVE' OR (status = 'ERROR' AND status_reason = 'POISON_SOURCE')) AND deleting_at IS NULL`

/** Creates the run of a due restart and returns its id; null when another process did, or has locked the source. */
export const createDueRestart = (database: Database, sourceId: string): Promise<string | null> =>
  database.transaction(async (client) => {
    const due = await client.query(`SELECT FROM sources WHERE id = $1 AND ${DUE} FOR NO KEY UPDATE SKIP LOCKED`, [sourceId])
    if (due.rowCount === 0) return null
    await client.query('UPDATE sources SET restart_at = NULL WHERE id = $1', [sourceId])
    const run = await createRun(client, { sourceId, trigger: 'restart' })
    return run?.created ? run.id : null
  })

/** Creates the runs of all due restarts and returns their ids. One that fails does not stop the others. */
export const createDueRestarts = async (database: Database, limit: number): Promise<readonly string[]> => {
  const runIds: string[] = []
  for (const sourceId of await listDueRestarts(database, limit)) {
    const runId = await createDueRestart(database, sourceId).catch(() => null)
    if (runId !== null) runIds.push(runId)
  }
  return runIds
}

/** Lists sources whose deletion has begun. */
export const listSourcesToDelete = async ({ prisma }: Database, limit: number): Promise<readonly string[]> => {
  const sources = await prisma.source.findMany({
    where: { deletingAt: { not: null } },
    orderBy: { deletingAt: 'asc' },
    take: limit,
    select: { id: true },
  })
  return sources.map(({ id }) => id)
}

/**
 * Returns the seconds by which this process's clock is at least ahead of the database's (negative: behind). What the round trip leaves open counts as
 * no difference: a response that took 10 s must not look like a clock that is 5 s off.
 */
export const readClockSkewSeconds = async (database: Pick<Database, 'pool'>): Promise<number> => {
  const before = Date.now()
  const { rows } = await database.pool.query<{ at: string }>(`SELECT extract(epoch FROM clock_timestamp()) * 1000 AS at`)
  const after = Date.now()
  const at = Number(rows[0]?.at ?? after)
  return (Math.max(0, before - at) + Math.min(0, after - at)) / 1000
}

/** Records what the queue has accepted. Nothing here waits for a row that is locked: what is not recorded is merely enqueued once more. */
export const confirmQueued = (database: Database) => ({
  /** The reconciler leaves these runs alone for a while. */
  runsEnqueued: createGrouping({
    work: async (groups: readonly (readonly string[])[]) => {
      await database.keyed.query({
        name: 'inlet-enqueued',
        text: 'UPDATE runs SET enqueued_at = now() WHERE id IN (SELECT id FROM runs WHERE id = ANY($1::uuid[]) FOR NO KEY UPDATE SKIP LOCKED)',
        values: [groups.flat()],
      })
      return groups.map(() => undefined)
    },
    most: 100,
  }),
  /** Records the schedule the queue now has for a source, which may no longer be the one the source wants; null: none. */
  async schedulerSynced(sourceId: string, schedule: Schedule | null): Promise<void> {
    await database.pool.query(
      'UPDATE sources SET synced_schedule = $2 WHERE id = (SELECT id FROM sources WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED)',
      [sourceId, schedule === null ? null : `${schedule.cron} ${schedule.timeZone}`],
    )
  },
})
