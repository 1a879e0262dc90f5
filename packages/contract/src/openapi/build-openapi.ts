import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi'
import type { Reason } from '@inlet/domain'
import { z } from 'zod'
import type { Endpoint } from '../endpoint.js'
import { endpoints } from '../endpoints.js'
import { problem } from '../problem.js'
import { statusOf } from '../status-of.js'
import { REQUEST_EXAMPLES } from './request-examples.js'

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>

/** Builds the OpenAPI 3.1 document of all endpoints. */
export const buildOpenApi = (options: { readonly version: string; readonly serverUrl?: string }): OpenApiDocument => {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer', description: 'An API key.' })
  registry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of the issuer that the operator has set up; /.well-known/oauth-protected-resource names it.',
  })
  for (const [operationId, endpoint] of Object.entries(endpoints)) registry.registerPath(toRoute(operationId, endpoint))
  return withoutPrefilledFilters(
    new OpenApiGeneratorV31(registry.definitions).generateDocument({
      openapi: '3.1.0',
      info: {
        title: 'Inlet',
        version: options.version,
        description: 'Data source registry and queue-driven ingestion: register a source, read it on a schedule, and search its records.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: options.serverUrl ?? '/' }],
    }),
  )
}

interface Parameter {
  readonly in: string
  readonly required?: boolean
  description?: string
  example?: unknown
  readonly schema?: { example?: unknown; description?: string }
}

/** Moves examples of filters into their descriptions: forms prefill examples, and a list filtered by an example source would be empty. */
const withoutPrefilledFilters = (document: OpenApiDocument): OpenApiDocument => {
  const operations = Object.values(document.paths ?? {}).flatMap((item) =>
    Object.values(item as Record<string, { readonly parameters?: readonly Parameter[] }>),
  )
  for (const parameter of operations.flatMap(({ parameters = [] }) => parameters)) {
    const example = parameter.example ?? parameter.schema?.example
    if (parameter.in === 'path' || example === undefined) continue
    delete parameter.example
    delete parameter.schema?.example
    parameter.description =
      `${parameter.description ?? parameter.schema?.description ?? ''} For example ${typeof example === 'string' ? example : JSON.stringify(example)}.`.trim()
  }
  return document
}

const toRoute = (operationId: string, endpoint: Endpoint): RouteConfig => ({
  operationId,
  method: endpoint.method,
  path: endpoint.path.replace(/:(\w+)/g, '{$1}'),
  tags: [endpoint.tag],
  summary: endpoint.summary,
  description: describe(endpoint),
  security: isOpen(endpoint) ? [] : [{ apiKey: [] }, { token: [] }],
  request: toRequest(endpoint, examplesOf(operationId)),
  responses: { ...toAnswers(endpoint), ...toUnchanged(endpoint), ...toProblems(endpoint) },
})

/** Every GET with a response body supports conditional requests. */
const toUnchanged = ({ method, answers }: Endpoint): RouteConfig['responses'] =>
  method === 'get' && answers[200]?.schema !== undefined && answers[200].contentType !== 'text/event-stream'
    ? { 304: { description: 'Unchanged: the ETag matches If-None-Match.' } }
    : {}

/** Whether no API key is needed. */
const isOpen = ({ scope }: Endpoint): boolean => scope === 'public' || scope === 'signature'

const needs = ({ scope }: Endpoint): string | undefined => {
  if (scope === 'public') return undefined
  return scope === 'signature' ? 'Needs no key: the sender proves itself by its signature.' : `Needs the scope ${scope}.`
}

const describe = (endpoint: Endpoint): string => [endpoint.description, needs(endpoint)].filter(Boolean).join('\n\n')

const headersOf = (endpoint: Endpoint): z.ZodObject | undefined => {
  const shape = {
    ...(endpoint.method === 'get'
      ? { 'If-None-Match': z.string().optional().meta({ description: 'The ETag of the version you have. If it is unchanged, the answer is 304.' }) }
      : {}),
    ...(endpoint.ifMatch ? { 'If-Match': ifMatchHeader(endpoint.ifMatch) } : {}),
    ...(endpoint.idempotent
      ? {
          'Idempotency-Key': z
            .string()
            .optional()
            .meta({ description: 'If the request is repeated with the same key, it is not carried out again and the answer is the same.' }),
        }
      : {}),
  }
  return Object.keys(shape).length === 0 ? undefined : z.object(shape)
}

const ifMatchHeader = (rule: true | 'optional') => {
  const header = z.string().meta({ description: 'The ETag of the version you read.' })
  return rule === 'optional' ? header.optional() : header
}

const examplesOf = (operationId: string) => Object.entries(REQUEST_EXAMPLES).find(([id]) => id === operationId)?.[1]

const toRequest = (endpoint: Endpoint, examples: ReturnType<typeof examplesOf>): NonNullable<RouteConfig['request']> => {
  const headers = headersOf(endpoint)
  return {
    ...(endpoint.params === undefined ? {} : { params: endpoint.params }),
    ...(endpoint.query === undefined ? {} : { query: endpoint.query }),
    ...(headers === undefined ? {} : { headers }),
    ...(endpoint.body === undefined
      ? {}
      : {
          body: {
            required: endpoint.bodyOptional !== true,
            content: { 'application/json': { schema: endpoint.body, ...(examples === undefined ? {} : { examples }) } },
          },
        }),
    ...(endpoint.rawBody === true ? { body: endpoint.scope === 'signature' ? EVENT_BODY : RAW_BODY } : {}),
  }
}

const RAW_BODY = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: { type: 'object' as const, required: ['file'], properties: { file: { type: 'string' as const, format: 'binary' } } },
    },
    'application/octet-stream': { schema: { type: 'string' as const, format: 'binary' } },
  },
}

const EVENT_BODY = {
  required: true,
  content: { 'application/json': { schema: {} }, 'application/x-www-form-urlencoded': { schema: {} }, 'text/plain': { schema: {} } },
}

const toAnswers = (endpoint: Endpoint): RouteConfig['responses'] =>
  Object.fromEntries(
    Object.entries(endpoint.answers).map(([status, answer]) => [
      status,
      {
        description: answer.description,
        ...(answer.schema === undefined ? {} : { content: { [answer.contentType ?? 'application/json']: { schema: answer.schema } } }),
      },
    ]),
  )

const BODY_REASONS = [
  'MALFORMED_JSON',
  'JSON_TOO_DEEP',
  'JSON_TOO_MANY_KEYS',
  'FORBIDDEN_KEY',
  'DUPLICATE_KEY',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
  'BODY_TOO_SLOW',
] as const satisfies readonly Reason[]

/** Returns the reasons any endpoint of this kind may respond with. */
const commonReasons = (endpoint: Endpoint): readonly Reason[] => {
  const takes = (parameter: string): boolean => endpoint.query !== undefined && parameter in endpoint.query.shape
  const when = (applies: boolean, ...reasons: readonly Reason[]): readonly Reason[] => (applies ? reasons : [])
  return [
    ...when(!isOpen(endpoint), 'UNAUTHENTICATED', 'FORBIDDEN', 'TOO_MANY_REQUESTS', 'DATABASE_UNAVAILABLE', 'ISSUER_UNAVAILABLE'),
    ...when(endpoint.params !== undefined || takes('source'), 'NOT_FOUND'),
    ...when(takes('cursor'), 'INVALID_CURSOR'),
    ...when(endpoint.query !== undefined || endpoint.body !== undefined || endpoint.idempotent === true, 'VALIDATION_FAILED'),
    ...when(endpoint.body !== undefined, ...BODY_REASONS),
    ...when(endpoint.ifMatch === true, 'PRECONDITION_REQUIRED', 'PRECONDITION_FAILED'),
    ...when(endpoint.ifMatch === 'optional', 'PRECONDITION_FAILED'),
    ...when(endpoint.idempotent === true, 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS'),
    ...when(endpoint.definesSources === true, 'SOURCES_IN_FILES'),
    'INTERNAL',
  ]
}

const toProblems = (endpoint: Endpoint): RouteConfig['responses'] => {
  const byStatus = new Map<number, Set<Reason>>()
  for (const reason of [...commonReasons(endpoint), ...(endpoint.reasons ?? [])]) {
    const status = statusOf(reason)
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(reason))
  }
  return Object.fromEntries(
    [...byStatus].map(([status, reasons]) => [
      status,
      { description: [...reasons].join(', '), content: { 'application/problem+json': { schema: problem } } },
    ]),
  )
}
