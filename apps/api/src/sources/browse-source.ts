import { browsePage, type Endpoints } from '@inlet/contract'
import { findSourceForCheck } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import { askWorker } from '../calls/ask-worker.js'
import { closeSignal, type Handler } from '../http/reply.js'
import type { SourceDeps } from './source-deps.js'
import { sourceNotFound } from './source-not-found.js'

/** The worker's answer says more than the page does. */
const answerSchema = z.object(browsePage.shape)

export const browseSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['browseSource']> =>
  async ({ params, query, response }) => {
    const source = await findSourceForCheck(deps.database, params.id)
    if (source === null) throw sourceNotFound()
    const { connector, config, id } = source
    if (deps.findConnector(connector)?.browse === undefined) throw new Failure('NOT_BROWSABLE', `the connector ${connector} has no paths`)
    const request = { kind: 'browse', connector, config, sourceId: id, params: { path: query.path ?? '', limit: query.limit } } as const
    const outcome = await askWorker(deps, request, closeSignal(response))
    if (!outcome.ok) throw new Failure(outcome.failure.reason, outcome.failure.message, { next: outcome.failure.next })
    return { status: 200, body: answerSchema.parse(outcome.answer) }
  }
