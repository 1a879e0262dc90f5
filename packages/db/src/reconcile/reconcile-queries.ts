import type { Database } from '../database.js'
import { createRun } from '../runs/create-run.js'

/** Sources with a tick that should have been handled `graceSeconds` ago. */
export const listOverdueSources = async (database: Database, graceSeconds: number, limit: number): Promise<readonly string[]> => {
  const { rows } = await database.pool.query<{ id: string }>(
    `SELECT id FROM sources WHERE next_tick_at < clock_timestamp() - $1 * interval '1 second' AND deleting_at IS NULL ORDER BY next_tick_at LIMIT $2`,
    [graceSeconds, limit],
  )
  return rows.map(({ id }) => id)
}

export interface RunToEnqueue {
  readonly runId: string
  readonly sourceId: string
  readonly attempt: number
}

/**
 * Active runs that no worker has and that need a job: queued ones never enqueued or whose job seems lost, parked ones
 * whose time has come, running ones whose lease expired. Claimed by state, so any number of reconcilers may ask.
 */
export const listRunsToEnqueue = async (database: Database, limit: number): Promise<readonly RunToEnqueue[]> => {
  const { rows } = await database.pool.query<RunToEnqueue>(
    `SELECT r.id AS "runId", r.source_id AS "sourceId", r.attempt FROM runs r LEFT JOIN leases l ON l.source_id = r.source_id
     WHERE (r.status = 'queued' AND (r.enqueued_at IS NULL OR r.enqueued_at < clock_timestamp() - interval '30 seconds'))
        OR (r.status = 'parked' AND r.wake_at <= clock_timestamp())
        OR (r.status = 'running' AND (l.run_id IS DISTINCT FROM r.id OR l.expires_at < clock_timestamp()))
     ORDER BY r.created_at LIMIT $1`,
    [limit],
  )
  return rows
}

/** Makes runs for active sources whose automatic restart is due; answers the new runs. */
export const createDueRestarts = async (database: Database, limit: number): Promise<readonly string[]> => {
  const { rows } = await database.pool.query<{ id: string }>(
    `SELECT id FROM sources WHERE restart_at <= clock_timestamp() AND status = 'ACTIVE' AND deleting_at IS NULL LIMIT $1`,
    [limit],
  )
  const runs: string[] = []
  for (const { id } of rows) {
    const run = await database.transaction(async (client) => {
      const claimed = await client.query('UPDATE sources SET restart_at = NULL WHERE id = $1 AND restart_at <= clock_timestamp()', [id])
      return claimed.rowCount === 0 ? null : createRun(client, { sourceId: id, trigger: 'restart' })
    })
    if (run?.created) runs.push(run.id)
  }
  return runs
}

/** Sources whose deletion has begun. */
export const listSourcesToDelete = async (database: Database, limit: number): Promise<readonly string[]> => {
  const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM sources WHERE deleting_at IS NOT NULL ORDER BY deleting_at LIMIT $1', [
    limit,
  ])
  return rows.map(({ id }) => id)
}

/**
 * Seconds by which this process's clock is at least ahead of the database's (negative: behind). What the round trip
 * leaves open counts as no difference: an answer that took 10 s must not look like a clock that is 5 s off.
 */
export const readClockSkewSeconds = async (database: Pick<Database, 'pool'>): Promise<number> => {
  const before = Date.now()
  const { rows } = await database.pool.query<{ at: string }>(`SELECT extract(epoch FROM clock_timestamp()) * 1000 AS at`)
  const after = Date.now()
  const at = Number(rows[0]?.at ?? after)
  return (Math.max(0, before - at) + Math.min(0, after - at)) / 1000
}
