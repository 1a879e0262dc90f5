import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { plainText, timestamp, uuid, visible } from './primitives.js'

const weight = z.number().min(0).max(1).meta({
  description:
    'How much a hybrid search trusts the model, from 0 to 1. If the best hit by words contains less than this share of the question, words and vectors count equally. Otherwise words decide the first hits and vectors add to them. Evaluate before you raise it.',
})
const tokensPerDay = z.int().min(1_000).max(Number.MAX_SAFE_INTEGER).nullable().meta({
  description: 'Maximum number of tokens to embed per day (UTC). Questions do not count. Null: no limit.',
})
const apiKey = z
  .string()
  .max(4_096)
  .regex(/^[!-~]+$/, 'must be one line of ASCII without blanks')
  .meta({ description: 'Write-only. Sent as a bearer token to this address only.' })
const prefix = z.string().max(200)

const rerank = z
  .strictObject({
    url: z.string().min(1).max(8_192).meta({
      description: 'An endpoint compatible with `/v2/rerank` of Cohere or `/v1/rerank` of Jina.',
      example: 'https://api.example.com/v1/rerank',
    }),
    model: visible(plainText(200)),
    apiKey: apiKey.optional(),
  })
  .nullable()
  .meta({ description: 'An endpoint that reorders the 50 best hits by their texts. Null: hits are not reordered.' })

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
  rerank: z.strictObject({ url: z.string(), model: z.string() }).nullable().meta({ description: 'The endpoint that reorders the best hits.' }),
  active: z.boolean().meta({ description: 'Whether searches use this generation.' }),
  activatedAt: timestamp.nullable(),
  state: z.enum(['building', 'ready', 'paused']).meta({ description: '`ready`: all records have vectors. `paused`: see `problem`.' }),
  records: z.int(),
  waiting: z.int().meta({ description: 'Number of records that do not have their vectors yet.' }),
  failed: z.int().meta({
    description:
      'Number of records that the endpoint refused. Search finds them by words only; they are tried again ever more rarely, or when they change.',
  }),
  coverage: z.number().meta({ description: 'Share of the records that have vectors, from 0 to 1.' }),
  storage: z
    .enum(['exact', 'pgvector'])
    .meta({ description: 'How search finds the closest vectors. `exact`: it compares all of them. `pgvector`: it uses an index.' }),
  storageReason: z.string().nullable().meta({ description: 'Why there is no index, or not yet. Null if there is one.' }),
  tokensToday: z.int(),
  tokensTotal: z.int(),
  pausedUntil: timestamp.nullable().meta({ description: 'No request is sent to the endpoint before this time.' }),
  problem: z.string().nullable(),
  createdAt: timestamp,
}
export const generation = z
  .strictObject(shape)
  .meta({ id: 'SearchGeneration', description: 'An embedding model with the vectors it made. Vectors of different generations are never compared.' })
export const generations = z.strictObject({ items: z.array(generation) }).meta({ id: 'SearchGenerations' })

export const createGenerationBody = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .max(8_192)
      .meta({ description: 'An endpoint compatible with `POST /v1/embeddings` of OpenAI.', example: 'https://api.example.com/v1/embeddings' }),
    model: visible(plainText(200)),
    apiKey: apiKey.optional(),
    dimensions: z
      .int()
      .min(1)
      .max(8_192)
      .optional()
      .meta({ description: 'Number of dimensions to request, for models that let you choose. Default: that of the model.' }),
    questionPrefix: prefix.default('').meta({ description: 'Prefix for questions, for models that expect one, such as "query: ".' }),
    textPrefix: prefix.default('').meta({ description: 'Prefix for texts, such as "passage: ".' }),
    weight: weight.default(0.2),
    tokensPerDay: tokensPerDay.default(null),
    rerank: rerank.default(null),
  })
  .meta({ id: 'CreateSearchGeneration' })

export const updateGenerationBody = z
  .strictObject({ apiKey: apiKey.optional(), weight: weight.optional(), tokensPerDay: tokensPerDay.optional(), rerank: rerank.optional() })
  .meta({ id: 'UpdateSearchGeneration' })

export const activateGenerationBody = z
  .strictObject({ force: z.boolean().default(false).meta({ description: 'Activate the generation even if some records have no vectors yet.' }) })
  .meta({ id: 'ActivateSearchGeneration' })

/** The reasons for which an endpoint's address is refused. */
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
    summary: 'Create a generation of vectors',
    description:
      'Sends one test request to the endpoint. Workers then make the vectors of all records in the background; all texts are sent to the endpoint. Searches use the generation once it is activated.',
    body: createGenerationBody,
    answers: { 201: { description: 'The generation is being built; Location is set.', schema: generation } },
    reasons: UNUSABLE,
  }),
  listGenerations: defineEndpoint({
    method: 'get',
    path: '/v1/search/generations',
    scope: 'read',
    tag,
    summary: 'List the generations of vectors and their progress',
    answers: { 200: { description: 'All generations, oldest first.', schema: generations } },
  }),
  getGeneration: defineEndpoint({
    method: 'get',
    path: '/v1/search/generations/:id',
    scope: 'read',
    tag,
    summary: 'Get a generation of vectors and its progress',
    params,
    answers: one,
  }),
  updateGeneration: defineEndpoint({
    method: 'patch',
    path: '/v1/search/generations/:id',
    scope: 'admin',
    tag,
    summary: 'Update a generation of vectors',
    description: 'Changes the weight, the daily limit, the key or the endpoint that reorders hits. Also ends a pause.',
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
    summary: 'Delete a generation and its vectors',
    params,
    answers: { 204: { description: 'Searches no longer use it. Its vectors are deleted in the background.' } },
  }),
  activateGeneration: defineEndpoint({
    method: 'post',
    path: '/v1/search/generations/:id/activate',
    scope: 'admin',
    tag,
    summary: 'Activate a generation for searches',
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
    summary: 'Go back to the generation used before, or to words only',
    answers: { 200: { description: 'All generations.', schema: generations } },
    reasons: ['NOT_FOUND'],
  }),
} as const

export type GenerationView = z.infer<typeof generation>
