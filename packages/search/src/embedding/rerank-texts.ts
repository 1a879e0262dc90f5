import { Failure } from '@inlet/domain'
import type { EmbeddingTransport } from './embed-texts.js'

export interface RerankRequest {
  /** An endpoint compatible with `POST /v2/rerank` of Cohere or `POST /v1/rerank` of Jina. */
  readonly url: string
  readonly model: string
  readonly apiKey: string | null
  readonly question: string
  readonly texts: readonly string[]
  readonly timeoutMs: number
}

const MAX_ANSWER_BYTES = 1_048_576

/**
 * Scores how well each text answers a question, higher is better. Throws the failures of the
 * transport, and UPSTREAM_INVALID for a response that cannot be right.
 */
export const rerankTexts = async (transport: EmbeddingTransport, request: RerankRequest): Promise<readonly number[]> => {
  const { url, model, apiKey, question, texts, timeoutMs } = request
  const response = await transport.request({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }) },
    body: { model, query: question, documents: texts, top_n: texts.length },
    timeoutMs,
    maxBytes: MAX_ANSWER_BYTES,
    maxRedirects: 0,
  })
  if (response.status < 200 || response.status > 299) throw await transport.toFailure(response, new Date())
  return readScores(await response.json(), texts.length)
}

/** Reads the scores of a response in the order of the texts. Throws UPSTREAM_INVALID. */
export const readScores = (answer: unknown, count: number): readonly number[] => {
  const results = typeof answer === 'object' && answer !== null && 'results' in answer ? answer.results : null
  if (!Array.isArray(results) || results.length !== count) throw invalid(`it does not have ${count} results`)
  const scores = new Map<unknown, unknown>()
  for (const { index, relevance_score: score } of results as readonly { readonly index?: unknown; readonly relevance_score?: unknown }[])
    scores.set(index, score)
  return Array.from({ length: count }, (_, n) => {
    const score = scores.get(n)
    if (typeof score !== 'number' || !Number.isFinite(score)) throw invalid('a text has no score')
    return score
  })
}

const invalid = (why: string): Failure => new Failure('UPSTREAM_INVALID', `the endpoint that orders hits cannot be used: ${why}`)
