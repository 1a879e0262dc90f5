import { randomUUID } from 'node:crypto'
import type { Endpoints, GenerationView } from '@inlet/contract'
import {
  activateGeneration,
  createGeneration,
  type Database,
  deleteGeneration,
  findGeneration,
  type Generation,
  listGenerations,
  readCoverage,
  rollBackGeneration,
  updateGeneration,
} from '@inlet/db'
import { Failure } from '@inlet/domain'
import { sealSecrets } from '@inlet/security'
import type { Handler } from '../http/reply.js'
import type { SaveGuard } from '../source-access/save-guard.js'
import { askEndpoint, type EndpointDeps } from './endpoint-client.js'

export interface GenerationDeps extends EndpointDeps {
  readonly database: Database
  readonly guard: SaveGuard
}

const REDACT_MS = 300_000
const TRIAL_TIMEOUT_MS = 20_000
const TRIAL = 'Is anybody there?'
/** What may be missing of a generation that is activated: records that were stored a moment ago, or refused. */
const COMPLETE = 0.99

const generationNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such generation')

const toView = async ({ database }: Pick<GenerationDeps, 'database'>, generation: Generation): Promise<GenerationView> => {
  const { records, waiting, failed, share } = await readCoverage(database, generation)
  const paused = generation.pausedUntil !== null && generation.pausedUntil.getTime() > Date.now()
  const { id, url, model, dimensions, questionPrefix, textPrefix, weight, tokensPerDay, active, tokensToday, tokensTotal, problem } = generation
  return {
    id,
    url,
    model,
    dimensions,
    questionPrefix,
    textPrefix,
    hasKey: generation.sealed !== null,
    weight,
    tokensPerDay,
    active,
    activatedAt: generation.activatedAt?.toISOString() ?? null,
    state: waiting === 0 ? 'ready' : paused ? 'paused' : 'building',
    records,
    waiting,
    failed,
    coverage: share,
    tokensToday,
    tokensTotal,
    pausedUntil: paused ? (generation.pausedUntil?.toISOString() ?? null) : null,
    problem,
    createdAt: generation.createdAt.toISOString(),
  }
}

const viewOf = async (deps: GenerationDeps, id: string): Promise<GenerationView> => {
  const generation = await findGeneration(deps.database, id)
  if (generation === null) throw generationNotFound()
  return toView(deps, generation)
}

const viewAll = async (deps: GenerationDeps): Promise<{ items: GenerationView[] }> => {
  const items: GenerationView[] = []
  for (const generation of await listGenerations(deps.database)) if (generation.deletingAt === null) items.push(await toView(deps, generation))
  return { items }
}

const createGenerationHandler =
  (deps: GenerationDeps): Handler<Endpoints['createGeneration']> =>
  async ({ body, actor }) => {
    const { apiKey = null, dimensions: asked, url, model, ...settings } = body
    deps.secrets.add(apiKey, REDACT_MS)
    await deps.guard.check([{ field: 'url', url }]).catch((error: unknown) => {
      throw error instanceof Failure ? new Failure(error.reason, error.message, { field: 'url', next: error.next, cause: error }) : error
    })
    const asksDimensions = asked !== undefined
    const { vectors } = await askEndpoint(deps, {
      model: { url, model, asksDimensions, dimensions: asked ?? null },
      apiKey,
      texts: [`${settings.textPrefix}${TRIAL}`],
      timeoutMs: TRIAL_TIMEOUT_MS,
    })
    const id = randomUUID()
    const dimensions = vectors[0]?.length ?? 0
    const sealed = apiKey === null ? null : sealSecrets(deps.keyring, { ownerId: id, version: 1 }, { apiKey })
    await createGeneration(deps.database, { ...settings, id, url, model, dimensions, asksDimensions, sealed }, actor)
    return { status: 201, headers: { location: `/v1/search/generations/${id}` }, body: await viewOf(deps, id) }
  }

const updateGenerationHandler =
  (deps: GenerationDeps): Handler<Endpoints['updateGeneration']> =>
  async ({ params: { id }, body: { apiKey, ...changes }, actor }) => {
    deps.secrets.add(apiKey, REDACT_MS)
    const seal = (version: number): unknown => sealSecrets(deps.keyring, { ownerId: id, version }, { apiKey })
    if (!(await updateGeneration(deps.database, { id, ...changes, ...(apiKey === undefined ? {} : { seal }) }, actor))) throw generationNotFound()
    return { status: 200, body: await viewOf(deps, id) }
  }

const activateGenerationHandler =
  (deps: GenerationDeps): Handler<Endpoints['activateGeneration']> =>
  async ({ params: { id }, body, actor }) => {
    const { coverage } = await viewOf(deps, id)
    if (!body.force && coverage < COMPLETE)
      throw new Failure('GENERATION_INCOMPLETE', `only ${Math.floor(coverage * 100)} % of the records have their vectors`)
    if (!(await activateGeneration(deps.database, id, actor))) throw generationNotFound()
    return { status: 200, body: await viewOf(deps, id) }
  }

export const createGenerationHandlers = (deps: GenerationDeps) => ({
  createGeneration: createGenerationHandler(deps),
  listGenerations: (async () => ({ status: 200, body: await viewAll(deps) })) satisfies Handler<Endpoints['listGenerations']>,
  getGeneration: (async ({ params }) => ({ status: 200, body: await viewOf(deps, params.id) })) satisfies Handler<Endpoints['getGeneration']>,
  updateGeneration: updateGenerationHandler(deps),
  deleteGeneration: (async ({ params, actor }) => {
    if (!(await deleteGeneration(deps.database, params.id, actor))) throw generationNotFound()
    return { status: 204 }
  }) satisfies Handler<Endpoints['deleteGeneration']>,
  activateGeneration: activateGenerationHandler(deps),
  rollBackGeneration: (async ({ actor }) => {
    await rollBackGeneration(deps.database, actor)
    return { status: 200, body: await viewAll(deps) }
  }) satisfies Handler<Endpoints['rollBackGeneration']>,
})
