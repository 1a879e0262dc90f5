import type { Endpoints } from '@inlet/contract'
import { findSourceId, resetCursor } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from './source-deps.js'
import { sourceNotFound } from './source-not-found.js'

export const resetCursorHandler =
  (deps: SourceDeps): Handler<Endpoints['resetCursor']> =>
  async ({ params, body, actor }) => {
    const sourceId = await findSourceId(deps.database, params.id)
    const streams = sourceId === null ? null : await resetCursor(deps.database, { sourceId, stream: body.stream }, actor)
    if (streams === null) throw sourceNotFound()
    return { status: 200, body: { streams } }
  }
