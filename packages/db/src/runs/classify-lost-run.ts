import { classifyDeath, type LostRun } from '@inlet/domain'
import type pg from 'pg'
import { writeEvent } from '../events/write-event.js'
import { endRun } from './end-run.js'

export interface RunToTakeOver {
  readonly id: string
  readonly source_id: string
  readonly epoch: string
  readonly holder: string | null
  readonly isolated_until: Date | null
}

interface HolderRow {
  readonly silent: boolean
  readonly drains: boolean
  readonly isolated: boolean
  readonly died_with: number
}

/** A process silent for this share of a lease's lifetime while its lease expired is gone: it sends several heartbeats in that time. */
const SILENT_SHARE = 0.8

/**
 * Classifies what the loss of its worker means for a run and its source, and stores the result. Returns true when the source is suspended because of
 * it; the run has then ended. The caller holds the locks on source, lease and run.
 */
export const classifyLostRun = async (
  client: pg.ClientBase,
  run: RunToTakeOver,
  taker: { readonly holder: string; readonly ttlMs: number },
): Promise<boolean> => {
  // A worker that takes its own run again is alive, whatever its last heartbeat says: the database may have been unavailable to all.
  const itself = run.holder === taker.holder
  const holder = itself ? undefined : await findHolder(client, run, taker.ttlMs)
  const lost: LostRun = {
    holder: itself ? 'alive' : holder === undefined || holder.drains ? 'unknown' : holder.silent ? 'gone' : 'alive',
    further: await cameFurther(client, run),
    alone: holder !== undefined && (holder.isolated || holder.died_with === 1),
    deaths: await countOf(client, run.source_id),
  }
  const verdict = classifyDeath(lost)
  if (lost.holder === 'gone')
    await client.query('UPDATE sources SET process_deaths = $2, death_of = $3 WHERE id = $1', [run.source_id, verdict.deaths, run.holder])
  await announce(client, run, lost, verdict.deaths)
  if (!verdict.suspends) return false
  const message = `the worker process died ${verdict.deaths} times while it ran this source, the last time with nothing else to run`
  await endRun(client, { runId: run.id, failure: { code: 'config_invalid', reason: 'POISON_SOURCE', message, next: '' } })
  return true
}

/** The first caller records how many runs the process had; they are taken over one after the other. */
const findHolder = async (client: pg.ClientBase, run: RunToTakeOver, ttlMs: number): Promise<HolderRow | undefined> => {
  const { rows } = await client.query<HolderRow>(
    `SELECT heartbeat_at < clock_timestamp() - $3 * interval '1 millisecond' AS silent, refuses IS NOT DISTINCT FROM 'draining' AS drains,
       coalesce($2 > heartbeat_at, false) AS isolated, coalesce(died_with, (SELECT count(*)::int FROM runs r WHERE r.holder = w.id AND r.status = 'running')) AS died_with
     FROM workers w WHERE id = $1`,
    [run.holder, run.isolated_until, ttlMs * SILENT_SHARE],
  )
  const [holder] = rows
  if (holder?.silent) await client.query('UPDATE workers SET died_with = $2 WHERE id = $1 AND died_with IS NULL', [run.holder, holder.died_with])
  return holder
}

const countOf = async (client: pg.ClientBase, sourceId: string): Promise<number> => {
  const { rows } = await client.query<{ n: number }>('SELECT process_deaths AS n FROM sources WHERE id = $1', [sourceId])
  return rows[0]?.n ?? 0
}

const WHAT: Readonly<Record<LostRun['holder'], string>> = {
  alive: 'its worker lost the lease',
  gone: 'the worker that ran it is gone',
  unknown: 'its worker left it',
}

const announce = async (client: pg.ClientBase, run: RunToTakeOver, lost: LostRun, deaths: number): Promise<void> => {
  await writeEvent(client, {
    sourceId: run.source_id,
    runId: run.id,
    type: 'run.taken_over',
    level: 'warn',
    message: `${WHAT[lost.holder]}; another one continues from the last cursor`,
    data: { worker: lost.holder, alone: lost.alone, deaths },
  })
}

/** Whether the attempt that ended moved a cursor or, without one, stored more batches than every attempt before it. */
const cameFurther = async (client: pg.ClientBase, run: RunToTakeOver): Promise<boolean> => {
  const { rows } = await client.query<{ further: boolean }>(
    `SELECT EXISTS (SELECT FROM streams st WHERE st.source_id = $2 AND (SELECT epoch FROM cursor_history WHERE stream_id = st.id ORDER BY id DESC LIMIT 1) = $3)
       OR EXISTS (SELECT FROM runs r, jsonb_each(r.cursors) AS c(stream, moved) WHERE r.id = $1 AND (moved->>'epoch')::bigint = $3)
       OR (SELECT count(*) FROM ledger WHERE run_id = $1 AND epoch = $3)
        > coalesce((SELECT max(n) FROM (SELECT count(*) AS n FROM ledger WHERE run_id = $1 AND epoch < $3 GROUP BY epoch) before), 0) AS further`,
    [run.id, run.source_id, run.epoch],
  )
  return rows[0]?.further === true
}
