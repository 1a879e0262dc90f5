import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { plainText, timestamp, uuid, visible } from './primitives.js'

const weight = z.number().min(0).max(1).meta({
  description:
    'How much a hybrid search believes the model. Words and vectors count alike where the best hit by words holds less than this share of the question; elsewhere words decide the first hits and vectors add to them. Raise it for a good model, by evaluation.',
})
const tokensPerDay = z.int().min(1_000).max(Number.MAX_SAFE_INTEGER).nullable().meta({
  description: 'Tokens of records that may be embedded on one day (UTC); null: no limit. Questions do not count.',
})
const apiKey = z.string().min(1).max(4_096).meta({ description: 'Write-only. Sent as a bearer token, to this address only.' })
const prefix = z.string().max(200)

const rerank = z
  .strictObject({
    url: z.string().min(1).max(8_192).meta({
      description: 'An endpoint that answers like /v2/rerank of Cohere or /v1/rerank of Jina.',
      example: 'https://api.example.com/v1/rerank',
    }),
    model: visible(plainText(200)),
    apiKey: apiKey.optional(),
  })
  .nullable()
  .meta({ description: 'Orders the 50 best hits again, by their texts; null: none does.' })

const shape = {
  id: uuid,
  url: z.string(),
  model: z.string(),
  dimensions: z.int(),
  questionPrefix: prefix,
  textPrefix: prefix,
  hasKey: z.boolean(),
  weight,
  tokensPerDay,
  rerank: z.strictObject({ url: z.string(), model: z.string() }).nullable().meta({ description: 'What orders the best hits again.' }),
  active: z.boolean().meta({ description: 'Whether searches use it.' }),
  activatedAt: timestamp.nullable(),
  state: z.enum(['building', 'ready', 'paused']).meta({ description: 'ready: no record waits. paused: see problem.' }),
  records: z.int(),
  waiting: z.int().meta({ description: 'Records whose vectors are to be made.' }),
  failed: z.int().meta({ description: 'Records that the endpoint refused; they are found by their words.' }),
  coverage: z.number().meta({ description: 'The share of the records that have their vectors.' }),
  tokensToday: z.int(),
  tokensTotal: z.int(),
  pausedUntil: timestamp.nullable().meta({ description: 'Nothing is asked of the endpoint before.' }),
  problem: z.string().nullable(),
  createdAt: timestamp,
}
export const generation = z
  .strictObject(shape)
  .meta({ id: 'SearchGeneration', description: 'A model whose vectors search uses or is to use. Vectors of two generations are never compared.' })
export const generations = z.strictObject({ items: z.array(generation) }).meta({ id: 'SearchGenerations' })

export const createGenerationBody = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .max(8_192)
      .meta({ description: 'An endpoint that answers like POST /v1/embeddings of OpenAI.', example: 'https://api.example.com/v1/embeddings' }),
    model: visible(plainText(200)),
    apiKey: apiKey.optional(),
    dimensions: z
      .int()
      .min(1)
      .max(8_192)
      .optional()
      .meta({ description: 'Asked of the endpoint, for models that let one choose; else those of the model.' }),
    questionPrefix: prefix.default('').meta({ description: 'Put before questions, for models that want it, e.g. "query: ".' }),
    textPrefix: prefix.default('').meta({ description: 'Put before texts, e.g. "passage: ".' }),
    weight: weight.default(0.2),
    tokensPerDay: tokensPerDay.default(null),
    rerank: rerank.default(null),
  })
  .meta({ id: 'CreateSearchGeneration' })

export const updateGenerationBody = z
  .strictObject({ apiKey: apiKey.optional(), weight: weight.optional(), tokensPerDay: tokensPerDay.optional(), rerank: rerank.optional() })
  .meta({ id: 'UpdateSearchGeneration' })

export const activateGenerationBody = z
  .strictObject({ force: z.boolean().default(false).meta({ description: 'Also while records are without vectors.' }) })
  .meta({ id: 'ActivateSearchGeneration' })

/** What an endpoint is refused for. */
const UNUSABLE = [
  'INVALID_URL',
  'URL_BLOCKED_ADDRESS',
  'URL_PORT_NOT_ALLOWED',
  'URL_SCHEME_NOT_ALLOWED',
  'URL_CREDENTIALS_NOT_ALLOWED',
  'EGRESS_BLOCKED',
  'UNREACHABLE',
  'TIMEOUT',
  'AUTH_FAILED',
  'NOT_FOUND_UPSTREAM',
  'UPSTREAM_INVALID',
  'UPSTREAM_ERROR',
] as const

const tag = 'search'
const params = z.strictObject({ id: uuid })
const one = { 200: { description: 'The generation.', schema: generation } }

export const generationEndpoints = {
  createGeneration: defineEndpoint({
    method: 'post',
    path: '/v1/search/generations',
    scope: 'admin',
    tag,
    summary: 'Begin to make vectors of all records with a model',
    description:
      'The endpoint is asked once, to see that it works. The vectors are made by the workers, beside those of other generations; searches use them when the generation is activated. All texts are sent to the endpoint.',
    body: createGenerationBody,
    answers: { 201: { description: 'It is being built; Location is set.', schema: generation } },
    reasons: UNUSABLE,
  }),
  listGenerations: defineEndpoint({
    method: 'get',
    path: '/v1/search/generations',
    scope: 'read',
    tag,
    summary: 'List the generations of vectors and how far they are',
    answers: { 200: { description: 'All, the oldest first.', schema: generations } },
  }),
  getGeneration: defineEndpoint({
    method: 'get',
    path: '/v1/search/generations/:id',
    scope: 'read',
    tag,
    summary: 'Get a generation of vectors and how far it is',
    params,
    answers: one,
  }),
  updateGeneration: defineEndpoint({
    method: 'patch',
    path: '/v1/search/generations/:id',
    scope: 'admin',
    tag,
    summary: 'Change weight, daily limit, key or the endpoint that orders hits; a pause ends',
    params,
    body: updateGenerationBody,
    answers: one,
    reasons: UNUSABLE,
  }),
  deleteGeneration: defineEndpoint({
    method: 'delete',
    path: '/v1/search/generations/:id',
    scope: 'admin',
    tag,
    summary: 'Delete a generation with its vectors',
    params,
    answers: { 204: { description: 'Searches no longer use it; its vectors follow.' } },
  }),
  activateGeneration: defineEndpoint({
    method: 'post',
    path: '/v1/search/generations/:id/activate',
    scope: 'admin',
    tag,
    summary: 'Let searches use a generation instead of the one they use now',
    params,
    body: activateGenerationBody,
    answers: one,
    reasons: ['GENERATION_INCOMPLETE'],
  }),
  rollBackGeneration: defineEndpoint({
    method: 'post',
    path: '/v1/search/generations/rollback',
    scope: 'admin',
    tag,
    summary: 'Let searches use again what they used before, at last words alone',
    answers: { 200: { description: 'All generations.', schema: generations } },
    reasons: ['NOT_FOUND'],
  }),
} as const

export type GenerationView = z.infer<typeof generation>
