import { Failure } from '@inlet/domain'

/** The model of a generation, at an endpoint compatible with `POST /v1/embeddings` of OpenAI. */
export interface EmbeddingModel {
  /** The full URL, e.g. `https://api.example.com/v1/embeddings`. */
  readonly url: string
  readonly model: string
  readonly dimensions: number
  /** Whether the request names the number of dimensions; models that cannot choose refuse such a request. */
  readonly asksDimensions: boolean
}

/** Sends requests: an HTTP client behind the egress guard, and the failures for error statuses. */
export interface EmbeddingTransport {
  readonly request: (request: {
    readonly url: string
    readonly method: 'POST'
    readonly headers: Readonly<Record<string, string>>
    readonly body: object
    readonly timeoutMs: number
    readonly maxBytes: number
    readonly maxRedirects: number
    readonly signal?: AbortSignal
  }) => Promise<EmbeddingResponse>
  /** Consumes the body. */
  readonly toFailure: (response: EmbeddingResponse, now: Date) => Promise<Failure>
}

export interface EmbeddingResponse {
  readonly status: number
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  json(): Promise<unknown>
  /** What an error response says about itself, without what was sent. */
  explain(): Promise<string>
}

export interface EmbeddingRequest {
  readonly model: Omit<EmbeddingModel, 'dimensions'> & { readonly dimensions: number | null }
  readonly apiKey: string | null
  readonly texts: readonly string[]
  /** For the whole response. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export interface Embedded {
  /** In the order of the texts, each of length 1. */
  readonly vectors: readonly Float32Array[]
  /** As the endpoint counts them; null if it does not say. */
  readonly tokens: number | null
}

/** Up to 20 characters per number, plus separators. */
const BYTES_PER_DIMENSION = 24
const MAX_DIMENSIONS = 8_192

/**
 * Requests the vectors of texts. Throws the failures of the transport, and UPSTREAM_INVALID for a response that cannot be right: a wrong number
 * of vectors or dimensions, or values that are no numbers. Redirects are not followed, since texts and key are meant only for the configured address.
 */
export const embedTexts = async (transport: EmbeddingTransport, { model, apiKey, texts, timeoutMs, signal }: EmbeddingRequest): Promise<Embedded> => {
  const response = await transport.request({
    url: model.url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }) },
    body: {
      model: model.model,
      input: texts,
      encoding_format: 'float',
      ...(model.asksDimensions && model.dimensions !== null ? { dimensions: model.dimensions } : {}),
    },
    timeoutMs,
    maxBytes: 65_536 + texts.length * (model.dimensions ?? MAX_DIMENSIONS) * BYTES_PER_DIMENSION,
    maxRedirects: 0,
    ...(signal === undefined ? {} : { signal }),
  })
  if (response.status < 200 || response.status > 299) throw await transport.toFailure(response, new Date())
  return readEmbeddings(await response.json(), { count: texts.length, dimensions: model.dimensions })
}

/** Reads the vectors of a response; `dimensions` null: as many as the first has. Throws UPSTREAM_INVALID. */
export const readEmbeddings = (answer: unknown, expected: { readonly count: number; readonly dimensions: number | null }): Embedded => {
  const { data, usage } = toObject(answer)
  if (!Array.isArray(data)) throw invalid('its answer has no list `data`')
  if (data.length !== expected.count) throw invalid(`it was asked for ${expected.count} vectors and answered ${data.length}`)
  const vectors: Float32Array[] = []
  let dimensions = expected.dimensions
  for (const [place, item] of data.entries()) {
    const { index = place, embedding } = toObject(item)
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= expected.count || vectors[index] !== undefined)
      throw invalid('the numbers of its vectors are not those of the texts')
    dimensions ??= Array.isArray(embedding) ? embedding.length : 0
    vectors[index] = toUnitVector(embedding, dimensions)
  }
  const { total_tokens: tokens } = toObject(usage ?? {})
  return { vectors, tokens: typeof tokens === 'number' && Number.isFinite(tokens) && tokens >= 0 ? Math.ceil(tokens) : null }
}

const toUnitVector = (embedding: unknown, dimensions: number): Float32Array => {
  if (!Array.isArray(embedding)) throw invalid('a vector is not a list of numbers')
  if (embedding.length !== dimensions) throw invalid(`a vector has ${embedding.length} dimensions instead of ${dimensions}`)
  if (dimensions === 0 || dimensions > MAX_DIMENSIONS)
    throw invalid(`its vectors have ${dimensions} dimensions; 1 to ${MAX_DIMENSIONS} can be stored`)
  let sum = 0
  for (const value of embedding as readonly unknown[]) {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid('a vector contains something that is not a number')
    sum += value * value
  }
  const length = Math.sqrt(sum)
  if (!(length > 0) || !Number.isFinite(length)) throw invalid('a vector has no direction')
  return Float32Array.from(embedding as readonly number[], (value) => value / length)
}

const invalid = (why: string): Failure => new Failure('UPSTREAM_INVALID', `the endpoint for embeddings cannot be used: ${why}`)

const toObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

/** A part of a record to embed. */
export interface EmbeddablePart {
  readonly title: string | null
  readonly headings: readonly string[]
  readonly text: string
}

/** Parts are shorter, except for titles and scripts without spaces; a longer text adds nothing to a single vector. */
const MAX_CHARACTERS = 6_000

/** Returns the text to embed for a part of a record: its title and headings, then its text, without repetition. Empty when there is none. */
export const embeddingInput = ({ title, headings, text }: EmbeddablePart): string => {
  const own = text.trim()
  const first = own.slice(0, own.search(/\n|$/u)).replace(/^#+\s*/u, '')
  const above = [title?.trim() ?? '', ...headings].filter((line, n, all) => line !== '' && !first.startsWith(line) && all.indexOf(line) === n)
  return wellFormed([...above, own].join('\n').trim().slice(0, MAX_CHARACTERS))
}

/** Removes half surrogate pairs, which are not text; a cut may leave one. */
const wellFormed = (text: string): string => text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/gu, '')
