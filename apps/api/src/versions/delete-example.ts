import type { Endpoints } from '@inlet/contract'
import { deleteExample } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { getSourceId } from './get-source-of.js'

export const deleteExampleHandler =
  (deps: SourceDeps): Handler<Endpoints['deleteExample']> =>
  async ({ params, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    if (!(await deleteExample(deps.database, sourceId, params.name, actor))) throw new Failure('NOT_FOUND', 'the source has no such example')
    return { status: 204 }
  }
