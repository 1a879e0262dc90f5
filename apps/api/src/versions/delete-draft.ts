import type { Endpoints } from '@inlet/contract'
import { deleteDraft } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import { getSourceId } from './get-source-of.js'

export const deleteDraftHandler =
  (deps: SourceDeps): Handler<Endpoints['deleteDraft']> =>
  async ({ params, ifMatch, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    if ((await deleteDraft(deps.database, { sourceId, expectedRevision: ifMatch ?? null, actor })) === null) throw sourceNotFound()
    return { status: 204 }
  }
