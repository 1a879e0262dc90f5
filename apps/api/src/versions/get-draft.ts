import type { Endpoints } from '@inlet/contract'
import { type Draft, findDraft } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { toEtag } from '../http/etag.js'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { getSource } from './get-source-of.js'
import { toDraftView } from './to-version-view.js'

/** Throws NOT_FOUND. */
export const getDraft = async (deps: Pick<SourceDeps, 'database'>, sourceId: string): Promise<Draft> => {
  const draft = await findDraft(deps.database, sourceId)
  if (draft === null) throw new Failure('NOT_FOUND', 'the source has no draft')
  return draft
}

export const getDraftHandler =
  (deps: SourceDeps): Handler<Endpoints['getDraft']> =>
  async ({ params }) => {
    const source = await getSource(deps, params.id)
    const draft = await getDraft(deps, source.id)
    return { status: 200, headers: { etag: toEtag(draft.revision) }, body: toDraftView(draft, source) }
  }
