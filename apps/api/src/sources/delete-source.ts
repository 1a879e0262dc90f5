import type { Endpoints } from '@inlet/contract'
import { findSourceId, markDeleting } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import { armAfterCommit } from './after-commit.js'
import type { SourceDeps } from './source-deps.js'
import { sourceNotFound } from './source-not-found.js'

/** Gone for every reader when this answers; its records are removed in the background. */
export const deleteSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['deleteSource']> =>
  async ({ params, actor }) => {
    const id = await findSourceId(deps.database, params.id)
    if (id === null || !(await markDeleting(deps.database, id, actor))) throw sourceNotFound()
    await armAfterCommit(deps, id, null)
    return { status: 202, body: { id, deleting: true } }
  }
