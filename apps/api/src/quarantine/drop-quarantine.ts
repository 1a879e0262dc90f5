import type { Endpoints } from '@inlet/contract'
import { dropQuarantine, findSourceId } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import type { QuarantineDeps } from './quarantine-deps.js'

export const dropQuarantineHandler =
  (deps: QuarantineDeps): Handler<Endpoints['dropQuarantine']> =>
  async ({ params, body, actor }) => {
    const sourceId = await findSourceId(deps.database, params.id)
    if (sourceId === null) throw sourceNotFound()
    const { before, ...choice } = body
    const dropped = await dropQuarantine(deps.database, { sourceId, ...choice, before: before === undefined ? undefined : new Date(before) }, actor)
    return { status: 200, body: { dropped } }
  }
