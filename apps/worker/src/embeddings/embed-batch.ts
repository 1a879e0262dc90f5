import { type Failure, type Reason, toFailure } from '@inlet/domain'
import type { Embedded } from '@inlet/search'

/** Calls the endpoint once. */
export type AskEndpoint = (texts: readonly string[]) => Promise<Embedded>

/** The result for a text: its vector, or why it cannot have one. */
export type EmbeddedText = { readonly vector: Float32Array } | { readonly problem: string }

export interface EmbeddedBatch {
  readonly texts: readonly EmbeddedText[]
  /** As counted by the endpoint, over all requests; null when it does not report them. */
  readonly tokens: number | null
}

/** Failures that a text may cause; any other is the endpoint's. */
const OF_TEXT: readonly Reason[] = ['UPSTREAM_INVALID', 'UPSTREAM_ERROR', 'CONTENT_MISMATCH', 'RESPONSE_TOO_LARGE']
/** Every endpoint can embed this. */
const PROBE = 'Is anybody there?'
/** How often a text that is refused on its own is halved: it may be longer than the model accepts. */
const SHORTENED = 2
/** No model accepts fewer characters. */
const SHORTEST = 500

/**
 * Embeds texts. If they are refused, a sentence that every endpoint accepts decides the cause: if it is refused too, the endpoint's failure is
 * thrown; otherwise halving isolates the faulty text, and the others get their vectors.
 */
export const embedBatch = async (ask: AskEndpoint, texts: readonly string[]): Promise<EmbeddedBatch> => {
  let tokens: number | null = null
  const counted: AskEndpoint = async (some) => {
    const embedded = await ask(some)
    if (embedded.tokens !== null) tokens = (tokens ?? 0) + embedded.tokens
    return embedded
  }
  try {
    return { texts: (await counted(texts)).vectors.map((vector) => ({ vector })), tokens }
  } catch (error) {
    const failure = mayBeTheText(error)
    if (failure === null) throw error
    await counted([PROBE])
    return { texts: await divide(counted, texts, failure), tokens }
  }
}

const divide = async (ask: AskEndpoint, texts: readonly string[], failure: Failure): Promise<readonly EmbeddedText[]> => {
  const [only] = texts
  if (texts.length === 1 && only !== undefined) return [await shorten(ask, only, failure)]
  const middle = Math.ceil(texts.length / 2)
  const results: EmbeddedText[] = []
  for (const half of [texts.slice(0, middle), texts.slice(middle)]) results.push(...(await orDivide(ask, half)))
  return results
}

const orDivide = async (ask: AskEndpoint, texts: readonly string[]): Promise<readonly EmbeddedText[]> => {
  try {
    return (await ask(texts)).vectors.map((vector) => ({ vector }))
  } catch (error) {
    const failure = mayBeTheText(error)
    if (failure === null) throw error
    return divide(ask, texts, failure)
  }
}

const shorten = async (ask: AskEndpoint, text: string, failure: Failure): Promise<EmbeddedText> => {
  let length = text.length
  for (let n = 0; n < SHORTENED && length > SHORTEST; n += 1) {
    length = Math.floor(length / 2)
    // Half of a surrogate pair is not valid text.
    const part = text.slice(0, length).replace(/[\uD800-\uDBFF]$/u, '')
    try {
      const [vector] = (await ask([part])).vectors
      if (vector !== undefined) return { vector }
    } catch (error) {
      if (mayBeTheText(error) === null) throw error
    }
  }
  return { problem: `${failure.reason}: ${failure.message}` }
}

/** Returns the failure if a text may have caused it; null if it is the endpoint's: it asks to wait, is unavailable, rejects the key. */
const mayBeTheText = (error: unknown): Failure | null => {
  const failure = toFailure(error)
  return OF_TEXT.includes(failure.reason) && failure.retryAfterMs === undefined ? failure : null
}
