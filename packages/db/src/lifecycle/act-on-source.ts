import { decideAction, Failure, type Reason, type RunInHand, type RunTrigger, type SourceAction, type SourceStatus } from '@inlet/domain'
import type pg from 'pg'
import { type Actor, auditColumns, INSERT_AUDIT } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { insertEvents } from '../events/write-event.js'
import type { Prisma } from '../generated/client.js'
import { type BackfillPlan, createRun } from '../runs/create-run.js'
import { endRun } from '../runs/end-run.js'
import { requestCancel } from '../runs/release-run.js'
import { accountTicksBefore } from '../ticks/account-ticks.js'
import { REPAIRED } from '../versions/version-rows.js'

export interface ActionRequest {
  readonly sourceId: string
  /** Resetting cursors is a separate function. */
  readonly action: Exclude<SourceAction, 'resetCursor'>
  readonly actor: Actor
  /** For `run`: the run may delete most of the records. */
  readonly allowMassDelete?: boolean | undefined
  /** For `backfill`. */
  readonly backfill?: BackfillPlan | undefined
}

export interface ActionResult {
  /** False: the source was already as requested, and nothing was written. */
  readonly changed: boolean
  /** The status before. */
  readonly statusBefore: SourceStatus
  /** The run that was created. */
  readonly runId: string | null
  /** Runs that must be enqueued: the one created, and one from a tick that was due under the previous status. */
  readonly enqueue: readonly string[]
}

interface Row {
  readonly status: SourceStatus
  readonly generation: number
  readonly run_id: string | null
  readonly cancelling: boolean
  readonly now: Date
}

/**
 * Performs an action on a source by the rules of the domain's table, in one transaction with its audit row and event. If its status changes, ticks
 * due until now are accounted for under the old one. Returns null when the source is unknown. Throws SOURCE_PAUSED, SOURCE_STOPPED, RUN_IN_PROGRESS
 * (naming the active run), or NOT_FOUND for an unknown stream.
 */
export const actOnSource = (database: Database, request: ActionRequest): Promise<ActionResult | null> =>
  // The most frequent action changes at most one row found by its key, and Prisma would cost more than everything else.
  request.action === 'run'
    ? database.keyedTransaction((client) => act({ client, prisma: null }, request))
    : database.prismaTransaction((transaction) => act(transaction, request))

interface ActTransaction {
  readonly client: pg.ClientBase
  /** Null: no row of the source is changed. */
  readonly prisma: Prisma.TransactionClient | null
}

const act = async ({ prisma, client }: ActTransaction, request: ActionRequest): Promise<ActionResult | null> => {
  const { sourceId } = request
  const found = await lockSource(client, sourceId)
  if (found === null) return null
  const first = decide(request, found)
  if (!first.changes) return { changed: false, statusBefore: found.status, runId: null, enqueue: [] }
  const due = first.status === found.status ? null : await accountTicksBefore(client, sourceId)
  // The action may have to cancel the run of a due tick.
  const before = due === null || due.runId === null ? found : { ...found, run_id: due.runId, cancelling: false }
  const decision = due === null || due.runId === null ? first : decide(request, before)
  if (request.backfill !== undefined) await checkStream(changing(prisma), sourceId, request.backfill)
  await cancel(client, before, decision.cancelRun)
  const generation = before.generation + (decision.reconnect ? 1 : 0)
  const statusChanges = decision.status !== before.status
  const restarts = statusChanges || request.action === 'start' || request.action === 'restart'
  // A run alone changes nothing about the source, nor what its connections were opened with.
  if (restarts || decision.reconnect) {
    await updateSource(changing(prisma), { sourceId, status: decision.status, restarts, statusChanges, generation, now: before.now })
    await client.query(`SELECT pg_notify('inlet_sources', $1)`, [sourceId])
  }
  const runId = decision.beginRun ? await begin(client, request) : null
  await record(client, request, { before, after: { status: decision.status, generation, runId }, cancelled: decision.cancelRun !== 'no' })
  return { changed: true, statusBefore: found.status, runId, enqueue: [due?.runId, runId].filter((id) => typeof id === 'string') }
}

const changing = (prisma: ActTransaction['prisma']): Prisma.TransactionClient => {
  if (prisma === null) throw new Error('the action changes its source after all')
  return prisma
}

/** Returns what the action does. Throws when it is refused. */
const decide = (request: ActionRequest, before: Row) => {
  const decision = decideAction(request.action, { status: before.status, run: runInHand(before) })
  if (decision.refused !== null) throw refusal(decision.refused, before)
  return decision
}

// SQL: Prisma has no FOR UPDATE. Counting the run makes its lock precede that of the lease.
const LOCK_RUN = `
WITH run AS MATERIALIZED (SELECT id, cancel_requested_at FROM runs WHERE source_id = $1 AND status <> 'ended' FOR UPDATE),
lease AS MATERIALIZED (SELECT source_id FROM leases WHERE source_id = $1 AND (SELECT count(*) FROM run) >= 0 FOR NO KEY UPDATE)
SELECT (SELECT id FROM run) AS run_id, coalesce((SELECT cancel_requested_at IS NOT NULL FROM run), false) AS cancelling, (SELECT count(*) FROM lease) AS leases`

/** Locks in the order of runs/lock-order.ts. The run is looked up once the source is locked: one may have begun while waiting for that lock. */
const lockSource = async (client: pg.ClientBase, sourceId: string): Promise<Row | null> => {
  const source = await client.query<Pick<Row, 'status' | 'generation' | 'now'>>({
    name: 'inlet-lock-source',
    text: 'SELECT status, generation, clock_timestamp() AS now FROM sources WHERE id = $1 AND deleting_at IS NULL FOR UPDATE',
    values: [sourceId],
  })
  if (source.rows[0] === undefined) return null
  const run = await client.query<Pick<Row, 'run_id' | 'cancelling'>>({ name: 'inlet-lock-active-run', text: LOCK_RUN, values: [sourceId] })
  return { ...source.rows[0], ...(run.rows[0] ?? { run_id: null, cancelling: false }) }
}

const runInHand = ({ run_id, cancelling }: Row): RunInHand => (run_id === null ? 'none' : cancelling ? 'cancelling' : 'active')

const MESSAGES: Partial<Record<Reason, string>> = { SOURCE_PAUSED: 'the source is paused', SOURCE_STOPPED: 'the source is stopped' }

const refusal = (reason: Reason, { run_id }: Row): Failure => new Failure(reason, MESSAGES[reason] ?? `run ${run_id} of this source is active`)

const checkStream = async (prisma: Prisma.TransactionClient, sourceId: string, { stream }: BackfillPlan): Promise<void> => {
  if (stream === undefined) return
  if ((await prisma.stream.count({ where: { sourceId, name: stream } })) === 0)
    throw new Failure('NOT_FOUND', 'the source has no such stream', { field: 'stream' })
}

const cancel = async (client: pg.ClientBase, { run_id: runId }: Row, how: 'no' | 'request' | 'end'): Promise<void> => {
  if (runId === null || how === 'no') return
  if (how === 'request') await requestCancel(client, runId)
  // Its worker finds the lease gone at the next heartbeat; whatever it still forwards is fenced.
  else await endRun(client, { runId, failure: { code: 'cancelled', reason: 'CANCELLED', message: 'another run took its place', next: '' } })
}

const updateSource = async (
  prisma: Prisma.TransactionClient,
  change: { sourceId: string; status: SourceStatus; restarts: boolean; statusChanges: boolean; generation: number; now: Date },
): Promise<void> => {
  const { status, restarts, statusChanges, generation, now } = change
  await prisma.source.update({
    where: { id: change.sourceId },
    data: {
      generation,
      ...(restarts && { restartAt: null }),
      // The ETag covers the status.
      ...(statusChanges && { ...REPAIRED, status, revision: { increment: 1 }, updatedAt: now }),
    },
  })
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

const RECORD = `WITH audit AS (${INSERT_AUDIT}) ${insertEvents("VALUES ($4::uuid, $8::uuid, $9, 'info', $10, $11::jsonb)")}`

const record = async (client: pg.ClientBase, request: ActionRequest, { before, after, cancelled }: Recorded): Promise<void> => {
  const { sourceId, action } = request
  const moved = before.status !== after.status
  await client.query({
    name: 'inlet-record-action',
    text: RECORD,
    values: [
      ...auditColumns({ actor: request.actor, action: `source.${action}`, targetType: 'source', targetId: sourceId, before, after }),
      after.runId,
      moved ? 'source.status' : `source.${action}`,
      moved ? `status ${before.status} → ${after.status}` : `${action} was requested`,
      JSON.stringify({ action, from: before.status, to: after.status, ...(cancelled ? { cancelledRunId: before.run_id } : {}) }),
    ],
  })
}
