import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request for vectors as the server saw it. */
export interface EmbeddingCall {
  readonly model: string
  readonly texts: readonly string[]
  readonly authorization: string | undefined
}

/** Responds in its own way and returns true, or leaves it to the server. */
export type EmbeddingBehavior = (call: EmbeddingCall, response: ServerResponse) => boolean

/** An endpoint like `POST /v1/embeddings` of OpenAI, whose vectors derive from words: the same words, or synonyms, are close. */
export interface EmbeddingServer {
  /** The URL of the endpoint. */
  readonly url: string
  readonly calls: EmbeddingCall[]
  /** Returns all texts it received. */
  texts(): readonly string[]
  /** Sets how it responds from now on; null: normally. */
  behave(behavior: EmbeddingBehavior | null): void
  close(): Promise<void>
}

/** Turns texts into vectors. */
export type EmbedTexts = (texts: readonly string[], model: string) => Promise<readonly (readonly number[])[]>

/** Words on one line are synonyms. */
const MEANINGS = ['car automobile vehicle', 'doctor physician', 'begin start commence', 'feline cat kitten', 'remove delete erase']

const meaningOf = (word: string): string => MEANINGS.find((line) => line.split(' ').includes(word)) ?? word

/** Returns the vector of a bag of words: each meaning points in a direction of its own. */
export const embedWords = (text: string, dimensions: number): readonly number[] => {
  const vector = Array.from({ length: dimensions }, () => 0)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['']) {
    const hash = createHash('sha512').update(meaningOf(word)).digest()
    for (let n = 0; n < dimensions; n += 1)
      vector[n] = (vector[n] ?? 0) + ((hash[n % 64] ?? 0) / 255 - 0.5) * ((hash[(n * 7 + 3) % 64] ?? 0) > 127 ? 1 : -1)
  }
  return vector
}

/** The model `wide` has 64 dimensions, any other 32. */
const WORDS: EmbedTexts = async (texts, model) => texts.map((text) => embedWords(text, model === 'wide' ? 64 : 32))

/** Starts the endpoint on 127.0.0.1. The caller closes it. */
export const startEmbeddingServer = async (embed: EmbedTexts = WORDS): Promise<EmbeddingServer> => {
  const calls: EmbeddingCall[] = []
  let behavior: EmbeddingBehavior | null = null
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { model, input } = JSON.parse(Buffer.concat(pieces).toString()) as { readonly model: string; readonly input: string | readonly string[] }
    const call = { model, texts: typeof input === 'string' ? [input] : input, authorization: request.headers.authorization }
    calls.push(call)
    if (behavior?.(call, response) === true) return
    const vectors = await embed(call.texts, model)
    const tokens = call.texts.reduce((sum, text) => sum + text.split(/\s+/u).length, 0)
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        object: 'list',
        model,
        data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      }),
    )
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/embeddings`,
    calls,
    texts: () => calls.flatMap(({ texts }) => texts),
    behave(next) {
      behavior = next
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
