import type { Endpoints } from '@inlet/contract'
import { findSourceId, startRun } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import { enqueueAfterCommit } from './after-commit.js'
import type { SourceDeps } from './source-deps.js'
import { sourceNotFound } from './source-not-found.js'

export const runSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['runSource']> =>
  async ({ params, body, actor }) => {
    const sourceId = await findSourceId(deps.database, params.id)
    const runId =
      sourceId === null ? null : await startRun(deps.database, { sourceId, trigger: 'manual', allowMassDelete: body.allowMassDelete }, actor)
    if (runId === null) throw sourceNotFound()
    await enqueueAfterCommit(deps, [runId])
    return { status: 202, headers: { location: `/v1/runs/${runId}` }, body: { runId } }
  }
