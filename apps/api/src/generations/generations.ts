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
  listVectorIndexes,
  readCoverage,
  rollBackGeneration,
  updateGeneration,
} from '@inlet/db'
import { Failure } from '@inlet/domain'
import { isSecretName } from '@inlet/observability'
import type { Handler } from '../http/reply.js'
import type { SaveGuard } from '../source-access/save-guard.js'
import { askEndpoint, askReranker, type EndpointDeps, openApiKeys, sealApiKeys } from './endpoint-client.js'

export interface GenerationDeps extends EndpointDeps {
  readonly database: Database
  readonly guard: SaveGuard
}

const REDACT_MS = 300_000
const TRIAL_TIMEOUT_MS = 20_000
const TRIAL = 'Is anybody there?'
/** The coverage required for activation: records stored a moment ago, or refused, may be missing. */
const COMPLETE = 0.99

const generationNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such generation')

/** Shown until a worker has looked. */
const NOT_SEEN = 'a worker builds the index in a few minutes, where Postgres has pgvector'

const toView = async (deps: GenerationDeps, generation: Generation, indexed: ReadonlySet<number>): Promise<GenerationView> => {
  const { records, waiting, failed, share } = await readCoverage(deps.database, generation)
  const paused = generation.pausedUntil !== null && generation.pausedUntil.getTime() > Date.now()
  const { id, url, model, dimensions, questionPrefix, textPrefix, weight, tokensPerDay, active, tokensToday, tokensTotal, problem } = generation
  const { rerankUrl, rerankModel } = generation
  return {
    id,
    url,
    model,
    dimensions,
    questionPrefix,
    textPrefix,
    hasKey: openApiKeys(deps, generation).apiKey !== null,
    weight,
    tokensPerDay,
    rerank: rerankUrl === null ? null : { url: rerankUrl, model: rerankModel ?? '' },
    active,
    activatedAt: generation.activatedAt?.toISOString() ?? null,
    state: waiting === 0 ? 'ready' : paused ? 'paused' : 'building',
    records,
    waiting,
    failed,
    coverage: share,
    storage: indexed.has(generation.space) ? 'pgvector' : 'exact',
    storageReason: indexed.has(generation.space) ? null : (generation.indexNote ?? NOT_SEEN),
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
  return toView(deps, generation, await readIndexed(deps))
}

/** Returns the generations whose index is ready. */
const readIndexed = async ({ database }: GenerationDeps): Promise<ReadonlySet<number>> =>
  new Set((await listVectorIndexes(database)).filter(({ isValid }) => isValid).map(({ space }) => space))

const viewAll = async (deps: GenerationDeps): Promise<{ items: GenerationView[] }> => {
  const items: GenerationView[] = []
  const indexed = await readIndexed(deps)
  for (const generation of await listGenerations(deps.database))
    if (generation.deletingAt === null) items.push(await toView(deps, generation, indexed))
  return { items }
}

/** Throws when an address must not be reached, naming the field, or when it contains a key, which would be shown to everyone with read access. */
const checkUrl = async ({ guard }: GenerationDeps, field: string, url: string): Promise<void> => {
  await guard.check([{ field, url }]).catch((error: unknown) => {
    throw error instanceof Failure ? new Failure(error.reason, error.message, { field, next: error.next, cause: error }) : error
  })
  const secret = [...new URL(url).searchParams.keys()].find((name) => name.toLowerCase() === 'key' || isSecretName(name))
  if (secret !== undefined)
    throw new Failure('VALIDATION_FAILED', `the address carries a key in "${secret}", and addresses are shown`, {
      field,
      next: 'Leave it out of the address and send it as apiKey.',
    })
}

type GivenReranker = { readonly url: string; readonly model: string; readonly apiKey?: string | undefined } | null

/** Calls a reranking endpoint once, so that one that does not work is refused now rather than found out later. */
const tryReranker = async (deps: GenerationDeps, rerank: GivenReranker | undefined): Promise<void> => {
  if (rerank === null || rerank === undefined) return
  const { url, model, apiKey = null } = rerank
  deps.secrets.add(apiKey, REDACT_MS)
  await checkUrl(deps, 'rerank.url', url)
  await askReranker(deps, { url, model, apiKey, question: TRIAL, texts: [TRIAL, 'Yes.'], timeoutMs: TRIAL_TIMEOUT_MS })
}

const createGenerationHandler =
  (deps: GenerationDeps): Handler<Endpoints['createGeneration']> =>
  async ({ body, actor }) => {
    const { apiKey = null, dimensions: asked, url, model, rerank, ...settings } = body
    deps.secrets.add(apiKey, REDACT_MS)
    await checkUrl(deps, 'url', url)
    const asksDimensions = asked !== undefined
    const { vectors } = await askEndpoint(deps, {
      model: { url, model, asksDimensions, dimensions: asked ?? null },
      apiKey,
      texts: [`${settings.textPrefix}${TRIAL}`],
      timeoutMs: TRIAL_TIMEOUT_MS,
    })
    await tryReranker(deps, rerank)
    const id = randomUUID()
    const dimensions = vectors[0]?.length ?? 0
    const sealed = sealApiKeys(deps, { id, version: 1 }, { apiKey, rerankKey: rerank?.apiKey ?? null })
    const reranker = { rerankUrl: rerank?.url ?? null, rerankModel: rerank?.model ?? null }
    await createGeneration(deps.database, { ...settings, ...reranker, id, url, model, dimensions, asksDimensions, sealed }, actor)
    return { status: 201, headers: { location: `/v1/search/generations/${id}` }, body: await viewOf(deps, id) }
  }

const updateGenerationHandler =
  (deps: GenerationDeps): Handler<Endpoints['updateGeneration']> =>
  async ({ params: { id }, body: { apiKey, rerank, ...settings }, actor }) => {
    deps.secrets.add(apiKey, REDACT_MS)
    await tryReranker(deps, rerank)
    const seal = (version: number, before: Pick<Generation, 'sealed' | 'version'>): unknown => {
      const keys = openApiKeys(deps, { id, ...before })
      const rerankKey = rerank === undefined ? keys.rerankKey : (rerank?.apiKey ?? null)
      return sealApiKeys(deps, { id, version }, { apiKey: apiKey ?? keys.apiKey, rerankKey })
    }
    const reranker = rerank === undefined ? {} : { rerankUrl: rerank?.url ?? null, rerankModel: rerank?.model ?? null }
    const sealing = apiKey === undefined && rerank === undefined ? {} : { seal }
    if (!(await updateGeneration(deps.database, { id, ...settings, ...reranker, ...sealing }, actor))) throw generationNotFound()
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
