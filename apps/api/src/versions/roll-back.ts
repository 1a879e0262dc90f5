import type { Endpoints } from '@inlet/contract'
import { getVersion, rollBack } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import { answerPublished } from './answer-published.js'
import { checkContent } from './check-content.js'
import { getSource } from './get-source-of.js'

/** Not held up by the publish gate: it is the way back. */
export const rollBackHandler =
  (deps: SourceDeps): Handler<Endpoints['rollBack']> =>
  async ({ params, body, ifMatch, actor, principal }) => {
    const source = await getSource(deps, params.id)
    const earlier = await getVersion(deps.database, source.id, body.version)
    await checkContent(deps, source, earlier, { actor, principal })
    const request = { sourceId: source.id, number: earlier.number, expectedRevision: ifMatch ?? null, actor }
    const version = await rollBack(deps.database, request)
    if (version === null) throw sourceNotFound()
    return answerPublished(deps, { source, version })
  }
