import type { Endpoints } from '@inlet/contract'
import { findSourceId, retryQuarantine } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import { enqueueAfterCommit } from '../sources/after-commit.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import type { QuarantineDeps } from './quarantine-deps.js'

export const retryQuarantineHandler =
  (deps: QuarantineDeps): Handler<Endpoints['retryQuarantine']> =>
  async ({ params, body, actor }) => {
    const sourceId = await findSourceId(deps.database, params.id)
    if (sourceId === null) throw sourceNotFound()
    const { before, ...choice } = body
    const started = await retryQuarantine(deps.database, { sourceId, ...choice, before: before === undefined ? undefined : new Date(before) }, actor)
    if (started === null) throw sourceNotFound()
    await enqueueAfterCommit(deps, started.runId === null ? [] : [started.runId])
    return { status: 202, body: started }
  }
