import { type Failure, type Reason, toFailure } from '@inlet/domain'
import type { Embedded } from '@inlet/search'

/** Asks the endpoint once. */
export type AskEndpoint = (texts: readonly string[]) => Promise<Embedded>

/** What became of a text: its vector, or why it cannot have one. */
export type EmbeddedText = { readonly vector: Float32Array } | { readonly problem: string }

export interface EmbeddedBatch {
  readonly texts: readonly EmbeddedText[]
  /** As the endpoint counts them, of all requests; null when it does not say. */
  readonly tokens: number | null
}

/** What a text may be at fault for; anything else is said of the endpoint. */
const OF_TEXT: readonly Reason[] = ['UPSTREAM_INVALID', 'UPSTREAM_ERROR', 'CONTENT_MISMATCH', 'RESPONSE_TOO_LARGE']
/** Any endpoint can do this. */
const PROBE = 'Is anybody there?'
/** How often a text that is refused alone is halved: it may be longer than the model takes. */
const SHORTENED = 2
/** No model takes less, in characters. */
const SHORTEST = 500

/**
 * Embeds texts. When they are refused, a sentence that no endpoint refuses decides whose fault it is: the endpoint's failure is thrown; a text
 * at fault is found by halving and stops none of the others.
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
    // Half of a surrogate pair is no text.
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

/** The failure where a text may be at fault; null where it says something of the endpoint: it asks to wait, is unavailable, knows no such key. */
const mayBeTheText = (error: unknown): Failure | null => {
  const failure = toFailure(error)
  return OF_TEXT.includes(failure.reason) && failure.retryAfterMs === undefined ? failure : null
}
