import { type ActionRequest, type ActionResult, actOnSource, findSource, findSourceId } from '@inlet/db'
import { allowsRuns } from '@inlet/domain'
import { toEtag } from '../http/etag.js'
import type { Reply } from '../http/reply.js'
import { armAfterCommit, enqueueAfterCommit } from './after-commit.js'
import type { SourceDeps } from './source-deps.js'
import { sourceNotFound } from './source-not-found.js'
import { toSourceDetail } from './to-source-view.js'

/** What every action call has. */
export interface ActionCall {
  readonly params: { readonly id: string }
  readonly actor: string
}

/** Does what was asked of a source and brings the queue in line. Throws NOT_FOUND and what `actOnSource` throws. */
export const performAction = async (
  deps: SourceDeps,
  { params, actor }: ActionCall,
  request: Omit<ActionRequest, 'sourceId' | 'actor'>,
): Promise<ActionResult & { readonly sourceId: string }> => {
  const sourceId = await findSourceId(deps.database, params.id)
  if (sourceId === null) throw sourceNotFound()
  const result = await actOnSource(deps.database, { ...request, sourceId, actor })
  if (result === null) throw sourceNotFound()
  await enqueueAfterCommit(deps, result.enqueue)
  return { ...result, sourceId }
}

/** The same for actions that answer with the source as it is then, whether or not there was anything to do. */
export const actAndShow = async (deps: SourceDeps, call: ActionCall, action: ActionRequest['action']): Promise<Reply> => {
  const { sourceId } = await performAction(deps, call, { action })
  const source = await findSource(deps.database, sourceId)
  if (source === null) throw sourceNotFound()
  await armAfterCommit(deps, sourceId, allowsRuns(source.status) ? source.schedule : null)
  return { status: 200, headers: { etag: toEtag(source.revision) }, body: toSourceDetail(source, deps.findConnector) }
}
