import type { Endpoints, ExampleView } from '@inlet/contract'
import { listExamples, type StoredExample } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { getSourceId } from './get-source-of.js'

const toExampleView = (stored: StoredExample): ExampleView => ({
  name: stored.name,
  stream: stored.stream,
  record: { ...stored.record },
  // Stored as the request had it.
  expected: stored.expected as ExampleView['expected'],
  createdAt: stored.createdAt.toISOString(),
  updatedAt: stored.updatedAt.toISOString(),
})

export const listExamplesHandler =
  (deps: SourceDeps): Handler<Endpoints['listExamples']> =>
  async ({ params }) => {
    const stored = await listExamples(deps.database, await getSourceId(deps, params.id))
    return { status: 200, body: { items: stored.map(toExampleView) } }
  }

/** Throws NOT_FOUND. */
export const getExample = async (deps: Pick<SourceDeps, 'database'>, sourceId: string, name: string): Promise<ExampleView> => {
  const [stored] = await listExamples(deps.database, sourceId, name)
  if (stored === undefined) throw new Failure('NOT_FOUND', 'the source has no such example')
  return toExampleView(stored)
}

export const getExampleHandler =
  (deps: SourceDeps): Handler<Endpoints['getExample']> =>
  async ({ params }) => ({ status: 200, body: await getExample(deps, await getSourceId(deps, params.id), params.name) })
