import type { Endpoints } from '@inlet/contract'
import { publishDraft } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { closeSignal, type Handler } from '../http/reply.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import { answerPublished } from './answer-published.js'
import { checkContent } from './check-content.js'
import { getDraft } from './get-draft.js'
import { getSource } from './get-source-of.js'
import { passGate } from './pass-gate.js'

export const publishDraftHandler =
  (deps: SourceDeps): Handler<Endpoints['publishDraft']> =>
  async ({ params, body, ifMatch, actor, principal, response }) => {
    const source = await getSource(deps, params.id)
    const draft = await getDraft(deps, source.id)
    if (ifMatch !== null && ifMatch !== draft.revision)
      throw new Failure('PRECONDITION_FAILED', `the draft, or the live version it would replace, has changed: it has revision ${draft.revision} now`)
    await checkContent(deps, source, draft.content, { actor, principal })
    const { overruled, warnings } = await passGate(deps, { source, draft, force: body.force }, closeSignal(response))
    // The revision that was checked: a draft that changes meanwhile is refused.
    const version = await publishDraft(deps.database, { sourceId: source.id, expectedRevision: draft.revision, actor, overruled })
    if (version === null) throw sourceNotFound()
    return answerPublished(deps, { source, version, warnings })
  }
