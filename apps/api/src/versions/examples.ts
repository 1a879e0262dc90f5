import type { Endpoints, ExampleView } from '@inlet/contract'
import { deleteExample, listExamples, type StoredExample, saveExample } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { pageOfAll } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { getSourceId, sourceNotFound } from '../source-access/lookup.js'
import type { SourceDeps } from '../source-access/source-deps.js'

const toExampleView = (stored: StoredExample): ExampleView => ({
  name: stored.name,
  stream: stored.stream,
  record: { ...stored.record },
  // Stored as received.
  expected: stored.expected as ExampleView['expected'],
  createdAt: stored.createdAt.toISOString(),
  updatedAt: stored.updatedAt.toISOString(),
})

export const listExamplesHandler =
  (deps: SourceDeps): Handler<Endpoints['listExamples']> =>
  async ({ params, query }) => {
    const sourceId = await getSourceId(deps, params.id)
    const list = ['listExamples', { sourceId }] as const
    const page = pageOfAll(await listExamples(deps.database, sourceId), { tokens: deps.tokens, list, query }, ({ name }) => name)
    return { status: 200, body: { items: page.items.map(toExampleView), nextCursor: page.nextCursor } }
  }

/** Returns an example by name. Throws NOT_FOUND. */
export const getExample = async (deps: Pick<SourceDeps, 'database'>, sourceId: string, name: string): Promise<ExampleView> => {
  const [stored] = await listExamples(deps.database, sourceId, name)
  if (stored === undefined) throw new Failure('NOT_FOUND', 'the source has no such example')
  return toExampleView(stored)
}

export const getExampleHandler =
  (deps: SourceDeps): Handler<Endpoints['getExample']> =>
  async ({ params }) => ({ status: 200, body: await getExample(deps, await getSourceId(deps, params.id), params.name) })

export const saveExampleHandler =
  (deps: SourceDeps): Handler<Endpoints['saveExample']> =>
  async ({ params, body, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    const { stream, record, expected } = body
    const isNew = await saveExample(
      deps.database,
      sourceId,
      // All of it is JSON: it arrived as such.
      { name: params.name, stream, record: record as Parameters<typeof saveExample>[2]['record'], expected },
      actor,
    )
    if (isNew === null) throw sourceNotFound()
    return { status: isNew ? 201 : 200, body: await getExample(deps, sourceId, params.name) }
  }

export const deleteExampleHandler =
  (deps: SourceDeps): Handler<Endpoints['deleteExample']> =>
  async ({ params, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    if (!(await deleteExample(deps.database, sourceId, params.name, actor))) throw new Failure('NOT_FOUND', 'the source has no such example')
    return { status: 204 }
  }
