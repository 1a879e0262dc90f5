import type { Endpoints } from '@inlet/contract'
import { saveExample } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import { getSourceId } from './get-source-of.js'
import { getExample } from './list-examples.js'

export const saveExampleHandler =
  (deps: SourceDeps): Handler<Endpoints['saveExample']> =>
  async ({ params, body, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    const { stream, record, expected } = body
    const isNew = await saveExample(
      deps.database,
      sourceId,
      // JSON throughout: it came as such.
      { name: params.name, stream, record: record as Parameters<typeof saveExample>[2]['record'], expected },
      actor,
    )
    if (isNew === null) throw sourceNotFound()
    return { status: isNew ? 201 : 200, body: await getExample(deps, sourceId, params.name) }
  }
