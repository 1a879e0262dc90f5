import { decideAction, Failure, type Reason, type RunInHand, type RunTrigger, type SourceAction, type SourceStatus } from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'
import { type BackfillPlan, createRun } from '../runs/create-run.js'
import { endRun } from '../runs/end-run.js'
import { requestCancel } from '../runs/release-run.js'
import { type Actor, writeAudit } from '../sources/audit.js'

export interface ActionRequest {
  readonly sourceId: string
  /** Resetting cursors has a function of its own. */
  readonly action: Exclude<SourceAction, 'resetCursor'>
  readonly actor: Actor
  /** For `run`: the run may delete most records. */
  readonly allowMassDelete?: boolean | undefined
  /** For `backfill`. */
  readonly backfill?: BackfillPlan | undefined
}

export interface ActionResult {
  /** False: the source was as asked already, and nothing was written. */
  readonly changed: boolean
  /** The run that began and must be enqueued. */
  readonly runId: string | null
}

interface Row {
  readonly status: SourceStatus
  readonly generation: number
  readonly run_id: string | null
  readonly cancelling: boolean
}

/**
 * Does what somebody asked of a source, as the table in the domain says, in one transaction with its audit row and event.
 * Ticks due until now must have been accounted for under the old status (accountTicks). Null when the source is unknown.
 * Throws SOURCE_PAUSED, SOURCE_STOPPED, RUN_IN_PROGRESS (naming the active run), NOT_FOUND for an unknown stream.
 */
export const actOnSource = (database: Database, request: ActionRequest): Promise<ActionResult | null> =>
  database.transaction(async (client) => {
    const before = await lockSource(client, request.sourceId)
    if (before === null) return null
    const decision = decideAction(request.action, { status: before.status, run: runInHand(before) })
    if (decision.refused !== null) throw refusal(decision.refused, before)
    if (!decision.changes) return { changed: false, runId: null }
    if (request.backfill !== undefined) await checkStream(client, request.sourceId, request.backfill)
    await cancel(client, before, decision.cancelRun)
    const generation = before.generation + (decision.reconnect ? 1 : 0)
    await updateSource(client, { ...request, status: decision.status, statusChanges: decision.status !== before.status, generation })
    const runId = decision.beginRun ? await begin(client, request) : null
    await record(client, request, { before, after: { status: decision.status, generation, runId }, cancelled: decision.cancelRun !== 'no' })
    return { changed: true, runId }
  })

/** In the order of runs/lock-order.ts. */
const lockSource = async (client: pg.ClientBase, sourceId: string): Promise<Row | null> => {
  const source = await client.query<Pick<Row, 'status' | 'generation'>>(
    'SELECT status, generation FROM sources WHERE id = $1 AND deleting_at IS NULL FOR UPDATE',
    [sourceId],
  )
  if (source.rows[0] === undefined) return null
  await client.query('SELECT FROM leases WHERE source_id = $1 FOR NO KEY UPDATE', [sourceId])
  const run = await client.query<Pick<Row, 'run_id' | 'cancelling'>>(
    `SELECT id AS run_id, cancel_requested_at IS NOT NULL AS cancelling FROM runs WHERE source_id = $1 AND status <> 'ended' FOR UPDATE`,
    [sourceId],
  )
  return { ...source.rows[0], ...(run.rows[0] ?? { run_id: null, cancelling: false }) }
}

const runInHand = ({ run_id, cancelling }: Row): RunInHand => (run_id === null ? 'none' : cancelling ? 'cancelling' : 'active')

const MESSAGES: Partial<Record<Reason, string>> = { SOURCE_PAUSED: 'the source is paused', SOURCE_STOPPED: 'the source is stopped' }

const refusal = (reason: Reason, { run_id }: Row): Failure => new Failure(reason, MESSAGES[reason] ?? `run ${run_id} of this source is active`)

const checkStream = async (client: pg.ClientBase, sourceId: string, { stream }: BackfillPlan): Promise<void> => {
  if (stream === undefined) return
  const { rowCount } = await client.query('SELECT FROM streams WHERE source_id = $1 AND name = $2', [sourceId, stream])
  if (rowCount === 0) throw new Failure('NOT_FOUND', 'the source has no such stream', { field: 'stream' })
}

const cancel = async (client: pg.ClientBase, { run_id: runId }: Row, how: 'no' | 'request' | 'end'): Promise<void> => {
  if (runId === null || how === 'no') return
  if (how === 'request') await requestCancel(client, runId)
  // Its worker finds the lease gone at the next heartbeat; what it still forwards is fenced.
  else await endRun(client, { runId, failure: { code: 'cancelled', reason: 'CANCELLED', message: 'another run took its place', next: '' } })
}

const updateSource = async (
  client: pg.ClientBase,
  change: { sourceId: string; action: SourceAction; status: SourceStatus; statusChanges: boolean; generation: number },
): Promise<void> => {
  // The ETag covers the status; workers are told by a trigger, or here where only connections must go.
  if (change.statusChanges)
    await client.query(
      `UPDATE sources SET status = $2, status_reason = NULL, status_message = NULL, restart_at = NULL, process_deaths = 0, consecutive_failures = 0,
         generation = $3, revision = revision + 1, updated_at = now() WHERE id = $1`,
      [change.sourceId, change.status, change.generation],
    )
  else
    await client.query('UPDATE sources SET generation = $2, restart_at = CASE WHEN $3 THEN NULL ELSE restart_at END WHERE id = $1', [
      change.sourceId,
      change.generation,
      change.action === 'start' || change.action === 'restart',
    ])
  await client.query(`SELECT pg_notify('inlet_sources', $1)`, [change.sourceId])
}

const TRIGGERS: Partial<Record<SourceAction, RunTrigger>> = { backfill: 'backfill' }

const begin = async (client: pg.ClientBase, request: ActionRequest): Promise<string> => {
  const { sourceId, allowMassDelete, backfill } = request
  const run = await createRun(client, { sourceId, trigger: TRIGGERS[request.action] ?? 'manual', allowMassDelete, backfill })
  if (run === null) throw new Failure('NOT_FOUND', 'the source has no published version')
  return run.id
}

interface Recorded {
  readonly before: Row
  readonly after: { readonly status: SourceStatus; readonly generation: number; readonly runId: string | null }
  readonly cancelled: boolean
}

const record = async (client: pg.ClientBase, request: ActionRequest, { before, after, cancelled }: Recorded): Promise<void> => {
  const { sourceId, action } = request
  await writeAudit(client, { actor: request.actor, action: `source.${action}`, targetType: 'source', targetId: sourceId, before, after })
  const moved = before.status !== after.status
  await client.query(`INSERT INTO events (source_id, run_id, type, level, message, data) VALUES ($1, $2, $3, 'info', $4, $5)`, [
    sourceId,
    after.runId,
    moved ? 'source.status' : `source.${action}`,
    moved ? `status ${before.status} → ${after.status}` : `${action} was asked for`,
    JSON.stringify({ action, from: before.status, to: after.status, ...(cancelled ? { cancelledRunId: before.run_id } : {}) }),
  ])
}
