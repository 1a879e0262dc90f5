import { type Database, findActiveGeneration, findGeneration, type Generation, type MeaningSearch, readCoverage } from '@inlet/db'
import { Failure, toFailure } from '@inlet/domain'
import type { Logger, Metrics } from '@inlet/observability'
import { monotonicNow } from '@inlet/runtime'
import { hasMeaning, plainQuestion } from '@inlet/search'
import { askEndpoint, askReranker, type EndpointDeps, openApiKeys } from '../generations/endpoint-client.js'

export interface UnderstandDeps extends EndpointDeps {
  readonly database: Database
  readonly metrics: Pick<Metrics, 'countEmbeddings'>
  readonly log: Logger
  /** How long embedding a question may take; default 2,000 ms. */
  readonly deadlineMs?: number
}

export interface UnderstandRequest {
  readonly question: string
  readonly mode: 'auto' | 'lexical' | 'vector' | 'hybrid'
  /** Replaces the active generation. */
  readonly generation: string | undefined
  readonly byTime: boolean
}

/** How a search uses meaning in addition to words, or why it does not although it should. */
export interface Understood {
  readonly meaning: MeaningSearch | null
  readonly fellBack: string | null
  readonly coverage: number | null
}

export type Understand = (request: UnderstandRequest) => Promise<Understood>

const DEADLINE_MS = 2_000
/** How long an endpoint that failed is not called, so that consecutive searches do not each wait for it. */
const REST_MS = 5_000
const COVERAGE_KEPT_MS = 10_000
/** Share of the records that must have vectors for `auto`. */
const ENOUGH = 0.9
const KEPT_QUESTIONS = 500

/**
 * Creates the function that embeds questions with the active generation, or says why only words are used. Whatever happens to the endpoint, a search
 * is answered: it waits for it no longer than the deadline. Vector and generation are taken together, so that a switch never mixes two.
 */
export const createUnderstand = (deps: UnderstandDeps): Understand => {
  const questions = new Map<string, Float32Array>()
  const coverages = new Map<number, { readonly at: number; readonly share: number }>()
  const unranked = new Map<number, number>()
  const resting = new Map<number, { readonly until: number; readonly why: string }>()

  const coverageOf = async (generation: Generation): Promise<number> => {
    const known = coverages.get(generation.space)
    if (known !== undefined && monotonicNow() - known.at < COVERAGE_KEPT_MS) return known.share
    const { share } = await readCoverage(deps.database, generation)
    coverages.set(generation.space, { at: monotonicNow(), share })
    return share
  }

  const embed = async (generation: Generation, question: string): Promise<Float32Array> => {
    const text = `${generation.questionPrefix}${plainQuestion(question)}`
    const name = `${generation.space} ${text}`
    const known = questions.get(name)
    if (known !== undefined) return known
    const timeoutMs = deps.deadlineMs ?? DEADLINE_MS
    const { vectors, tokens } = await askEndpoint(deps, { model: generation, apiKey: openApiKeys(deps, generation).apiKey, texts: [text], timeoutMs })
    const [vector] = vectors
    if (vector === undefined) throw new Failure('UPSTREAM_INVALID', 'the endpoint for embeddings returned no vector')
    deps.metrics.countEmbeddings('made', { texts: 1, tokens: tokens ?? 0 })
    questions.set(name, vector)
    for (const oldest of questions.keys()) {
      if (questions.size <= KEPT_QUESTIONS) break
      questions.delete(oldest)
    }
    return vector
  }

  /** Returns the vector, or why there is none. */
  const ask = async (generation: Generation, question: string): Promise<Float32Array | string> => {
    const rest = resting.get(generation.space)
    if (rest !== undefined && rest.until > monotonicNow()) return rest.why
    try {
      const vector = await embed(generation, question)
      resting.delete(generation.space)
      return vector
    } catch (error) {
      const { reason, message, retryAfterMs } = toFailure(error)
      const why = `the endpoint for embeddings does not answer (${reason})`
      deps.metrics.countEmbeddings('failed', { texts: 1, tokens: 0 })
      deps.log.warn({ reason, problem: message, model: generation.model }, 'a question could not be embedded; it is answered by words alone')
      resting.set(generation.space, { until: monotonicNow() + Math.max(REST_MS, retryAfterMs ?? 0), why })
      return why
    }
  }

  /**
   * Returns a reranker, or null if no endpoint is configured; the reranker returns null when the endpoint fails, which is then not called for a
   * while.
   */
  const rerankerOf = (generation: Generation, question: string): MeaningSearch['rerank'] => {
    const { rerankUrl: url, rerankModel: model, space } = generation
    if (url === null || model === null) return null
    return async (texts) => {
      if ((unranked.get(space) ?? 0) > monotonicNow()) return null
      try {
        const apiKey = openApiKeys(deps, generation).rerankKey
        return await askReranker(deps, { url, model, apiKey, question: plainQuestion(question), texts, timeoutMs: deps.deadlineMs ?? DEADLINE_MS })
      } catch (error) {
        const { reason, message } = toFailure(error)
        deps.log.warn({ reason, problem: message, model }, 'hits could not be reranked; they keep their order')
        unranked.set(space, monotonicNow() + REST_MS)
        return null
      }
    }
  }

  return async ({ question, mode, generation: id, byTime }) => {
    if (mode === 'lexical') return { meaning: null, fellBack: null, coverage: null }
    const generation = id === undefined ? await findActiveGeneration(deps.database) : await findGeneration(deps.database, id)
    if (generation === null && id !== undefined)
      throw new Failure('VALIDATION_FAILED', 'there is no such generation', { field: 'generation', next: 'See GET /v1/search/generations.' })
    if (generation === null) return { meaning: null, fellBack: mode === 'auto' ? null : 'no generation of vectors is active', coverage: null }
    const coverage = await coverageOf(generation)
    const words = (fellBack: string | null): Understood => ({ meaning: null, fellBack, coverage })
    if (mode === 'auto' && (byTime || !hasMeaning(question))) return words(null)
    if (mode === 'auto' && coverage < ENOUGH) return words(`only ${Math.floor(coverage * 100)} % of the records have vectors`)
    if (plainQuestion(question) === '') return words('the question has no words')
    const vector = await ask(generation, question)
    if (typeof vector === 'string') return words(vector)
    return {
      meaning: {
        space: generation.space,
        vector,
        weight: generation.weight,
        mode: mode === 'vector' ? 'vector' : 'hybrid',
        rerank: byTime ? null : rerankerOf(generation, question),
      },
      fellBack: null,
      coverage,
    }
  }
}
