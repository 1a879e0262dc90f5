import { browsePage, type Endpoints } from '@inlet/contract'
import { z } from 'zod'
import { closeSignal, type Handler } from '../http/reply.js'
import { askSource } from './ask-source.js'
import type { BrowseDeps } from './browse-deps.js'
import { findBrowsable } from './find-browsable.js'
import { keepAnswer, toCacheView } from './keep-answer.js'

/** The worker's answer says more than the page does. */
const answerSchema = z.object(browsePage.omit({ cache: true }).shape)

export const browseSourceHandler =
  (deps: BrowseDeps): Handler<Endpoints['browseSource']> =>
  async ({ params, query, response }) => {
    const target = await findBrowsable(deps, params.id)
    const { path = '', limit, refresh } = query
    const question = { sourceId: target.id, view: 'list', of: [path, limit], stamp: target.stamp } as const
    const ask = async () => answerSchema.parse(await askSource(deps, target, { kind: 'browse', params: { path, limit } }, closeSignal(response)))
    const { answer, cache } = await keepAnswer(deps, question, { refresh, ask })
    return { status: 200, body: { ...answer, cache: toCacheView(cache) } }
  }
