import { type Endpoints, itemMetadata } from '@inlet/contract'
import { z } from 'zod'
import { closeSignal, type Handler } from '../http/reply.js'
import { askSource } from './ask-source.js'
import type { BrowseDeps } from './browse-deps.js'
import { findBrowsable } from './find-browsable.js'
import { keepAnswer, toCacheView } from './keep-answer.js'

/** The worker's answer says more than is shown. */
const answerSchema = z.object(itemMetadata.omit({ cache: true }).shape)

export const describeItemHandler =
  (deps: BrowseDeps): Handler<Endpoints['describeItem']> =>
  async ({ params, query, response }) => {
    const target = await findBrowsable(deps, params.id)
    const { path, refresh } = query
    const question = { sourceId: target.id, view: 'metadata', of: [path], stamp: target.stamp } as const
    const ask = async () => answerSchema.parse(await askSource(deps, target, { kind: 'metadata', params: { path } }, closeSignal(response)))
    const { answer, cache } = await keepAnswer(deps, question, { refresh, ask })
    return { status: 200, body: { ...answer, cache: toCacheView(cache) } }
  }
