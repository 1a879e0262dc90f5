import type { Endpoints } from '@inlet/contract'
import { type ActionRequest, type ActionResult, actOnSource, markDeleting, resetCursor, type SourceDetails } from '@inlet/db'
import { allowsRuns, isUuid } from '@inlet/domain'
import { type Handler, type Reply, toEtag } from '../http/reply.js'
import { enqueueAfterCommit, syncSchedulerAfterCommit } from '../source-access/after-commit.js'
import { getSource, getSourceId, sourceNotFound } from '../source-access/lookup.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { toSourceDetail } from '../source-access/source-views.js'

/** What every action call has in common. */
export interface ActionCall {
  readonly params: { readonly id: string }
  readonly actor: string
}

type ActDeps = Pick<SourceDeps, 'database' | 'queues' | 'log'>

/** Performs an action on a source and enqueues its runs. Throws NOT_FOUND and what `actOnSource` throws. */
const act = async (deps: ActDeps, request: ActionRequest): Promise<ActionResult> => {
  const result = await actOnSource(deps.database, request)
  if (result === null) throw sourceNotFound()
  await enqueueAfterCommit(deps, result.enqueue)
  return result
}

const syncScheduler = (deps: ActDeps, { id, status, schedule }: Pick<SourceDetails, 'id' | 'status' | 'schedule'>): Promise<void> =>
  syncSchedulerAfterCommit(deps, id, allowsRuns(status) ? schedule : null)

/** Does the same and syncs the job scheduler. Throws what `actOnSource` throws, and NOT_FOUND. */
export const actAndSync = async (deps: ActDeps, request: ActionRequest): Promise<ActionResult> => {
  const result = await act(deps, request)
  // A run alone changes no status.
  if (request.action !== 'run' && result.changed) await syncScheduler(deps, await getSource(deps, request.sourceId))
  return result
}

/** Performs an action on the source in the address. An id needs no lookup: whether it exists is found out when its row is locked. */
const performAction = async (
  deps: SourceDeps,
  { params, actor }: ActionCall,
  request: Omit<ActionRequest, 'sourceId' | 'actor'>,
): Promise<ActionResult & { readonly sourceId: string }> => {
  const sourceId = isUuid(params.id) ? params.id : await getSourceId(deps, params.id)
  return { ...(await act(deps, { ...request, sourceId, actor })), sourceId }
}

/** Handles actions that respond with the resulting source, whether or not there was anything to do. */
const showing =
  (deps: SourceDeps, action: ActionRequest['action']) =>
  async (call: ActionCall): Promise<Reply> => {
    const { sourceId } = await performAction(deps, call, { action })
    const source = await getSource(deps, sourceId)
    await syncScheduler(deps, source)
    return { status: 200, headers: { etag: toEtag(source.revision) }, body: toSourceDetail(source, deps.findConnector) }
  }

/** Returns the response of actions that begin a run. */
const toRunReply = ({ runId }: ActionResult): Reply => ({ status: 202, headers: { location: `/v1/runs/${runId}` }, body: { runId } })

const runHandler =
  (deps: SourceDeps): Handler<Endpoints['runSource']> =>
  async (call) =>
    toRunReply(await performAction(deps, call, { action: 'run', allowMassDelete: call.body.allowMassDelete }))

/** Reads a stream again, independently of its live cursor. */
const backfillHandler =
  (deps: SourceDeps): Handler<Endpoints['backfillSource']> =>
  async (call) => {
    const { allowMassDelete, ...backfill } = call.body
    return toRunReply(await performAction(deps, call, { action: 'backfill', allowMassDelete, backfill }))
  }

const resetCursorHandler =
  (deps: SourceDeps): Handler<Endpoints['resetCursor']> =>
  async ({ params, body, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    const streams = await resetCursor(deps.database, { sourceId, stream: body.stream }, actor)
    if (streams === null) throw sourceNotFound()
    return { status: 200, body: { streams } }
  }

/** Deletes a source: it is gone for every reader after the response; its records are removed in the background. */
const deleteHandler =
  (deps: SourceDeps): Handler<Endpoints['deleteSource']> =>
  async ({ params, actor }) => {
    const id = await getSourceId(deps, params.id)
    if (!(await markDeleting(deps.database, id, actor))) throw sourceNotFound()
    await syncSchedulerAfterCommit(deps, id, null)
    return { status: 202, body: { id, deleting: true } }
  }

/** The actions on sources; the table of what each does is in the domain (`sources/lifecycle.ts`). */
export const createLifecycleHandlers = (deps: SourceDeps) => ({
  startSource: showing(deps, 'start'),
  stopSource: showing(deps, 'stop'),
  restartSource: showing(deps, 'restart'),
  reloadSource: showing(deps, 'reload'),
  pauseSource: showing(deps, 'pause'),
  resumeSource: showing(deps, 'resume'),
  runSource: runHandler(deps),
  backfillSource: backfillHandler(deps),
  resetCursor: resetCursorHandler(deps),
  deleteSource: deleteHandler(deps),
})
