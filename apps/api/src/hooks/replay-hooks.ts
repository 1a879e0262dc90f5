import type { Endpoints } from '@inlet/contract'
import { createPushRuns, findSourceId, replayEvents } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import { enqueueAfterCommit } from '../sources/after-commit.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import type { HookDeps } from './hook-deps.js'
import { toDate } from './list-hook-events.js'

export const replayHooksHandler =
  (deps: HookDeps): Handler<Endpoints['replayHooks']> =>
  async ({ params, body, actor }) => {
    const sourceId = await findSourceId(deps.database, params.id)
    if (sourceId === null) throw sourceNotFound()
    const replayed = await replayEvents(deps.database, { sourceId, ids: body.ids, from: toDate(body.from), to: toDate(body.to) }, actor)
    const [runId = null] = replayed === 0 ? [] : await createPushRuns(deps.database, { sourceIds: [sourceId], limit: 1 })
    if (runId !== null) await enqueueAfterCommit(deps, [runId])
    else if (replayed > 0) deps.starter.note(sourceId)
    return { status: 202, body: { replayed, runId } }
  }
