import { type Endpoint, type EndpointId, endpoints } from '@inlet/contract'
import { buildOpenApi } from '@inlet/contract/openapi'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Schema, type Schemas, valueOf } from '../../testing/arbitrary-of-schema.js'
import { type Answer, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

const REQUESTS = Number(process.env['INLET_TEST_REQUESTS'] ?? 600)

let api: TestApi
let ids: Ids
beforeAll(async () => {
  api = await startApi({ callTimeoutMs: 20 })
  ids = await seed()
})
afterAll(() => api.close())

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
}
interface Operation {
  readonly operationId: EndpointId
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> }
  readonly responses: Readonly<Record<string, unknown>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Schemas }
}
interface Request {
  readonly id: EndpointId
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly json?: unknown
}

/** A stream has no end to wait for. */
const LEFT_OUT: readonly EndpointId[] = ['streamEvents']

/** Ids of existing things, by the collection in their address, so that requests get further than 404. */
type Ids = Readonly<Record<string, readonly string[]>>

const seed = async (): Promise<Ids> => {
  const id = async (path: string, json: unknown): Promise<string> => (await api.post(path, json)).body.id
  const sources: string[] = []
  for (const changes of [{}, { schedule: { cron: '0 0 1 1 *' } }, { paused: true }, { slug: 'some-source' }])
    sources.push(await id('/v1/sources', newSource(changes)))
  await api.send('PUT', `/v1/sources/${sources[0]}/draft`, { json: { config: { rows: 9 } } })
  const upload = await api.send('POST', '/v1/uploads?name=a.csv', { raw: 'a\n1\n', headers: { 'content-type': 'text/csv' } })
  return {
    sources: [...sources, 'some-source'],
    hooks: sources,
    runs: [(await api.post(`/v1/sources/${sources[0]}/run`, {})).body.runId],
    notifications: [await id('/v1/notifications', { name: 'n', url: 'https://example.com/' })],
    credentials: [await id('/v1/credentials', { name: 'c', connector: 'toy', secrets: { password: 'secret' } }), 'c'],
    uploads: [upload.body.id],
    connectors: ['toy'],
  }
}

/** Replaces settings by ones that the connector accepts; nothing outside this machine may be reached, so addresses are local or invalid. */
const toSend = (value: unknown, name?: string): unknown => {
  if (name === 'connector') return 'toy'
  if (name === 'config') return { rows: 2 }
  if (name === 'secrets') return { password: 'secret' }
  if (typeof value === 'string') return /^[a-z]+:\/\//i.test(value) ? 'http://127.0.0.1:9/' : value
  if (Array.isArray(value)) return value.map((item) => toSend(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, toSend(inner, member)]))
}

const parameterValue = ({ name, schema }: Parameter, schemas: Schemas, known: readonly string[]): fc.Arbitrary<string> => {
  if (name === 'wait') return fc.constantFrom('0', '1')
  const drawn = valueOf(schema, schemas).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  const likely = name === 'If-Match' ? ['*', '*', '"r1"'] : ['id', 'source', 'type'].includes(name) ? known : name === 'number' ? ['1', '2'] : []
  return likely.length === 0 ? drawn : fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...likely) }, { weight: 1, arbitrary: drawn })
}

const requestOf = (method: string, pattern: string, operation: Operation, from: { schemas: Schemas; ids: Ids }): fc.Arbitrary<Request> => {
  const parameters = operation.parameters ?? []
  const values = fc.tuple(
    ...parameters.map((parameter) => {
      const collection = parameter.name === 'source' ? 'sources' : (pattern.split('/')[2] ?? '')
      const value = parameterValue(parameter, from.schemas, from.ids[collection] ?? [])
      return fc.option(value, { nil: undefined, freq: parameter.required === true ? 50 : 2 })
    }),
  )
  const schema = operation.requestBody?.content['application/json']?.schema
  return fc.tuple(values, schema === undefined ? fc.constant(undefined) : valueOf(schema, from.schemas)).map(([given, json]) => {
    const named = parameters.map((parameter, index) => ({ ...parameter, value: given[index] })).filter(({ value }) => value !== undefined)
    const of = (place: Parameter['in']) => named.filter((parameter) => parameter.in === place).map(({ name, value }) => [name, value ?? ''] as const)
    const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(of('path').find(([known]) => known === name)?.[1] || 'x'))
    const headers = Object.fromEntries(of('header').map(([name, value]) => [name, value.replace(/[^\x21-\x7e]/g, '_')]))
    const query = new URLSearchParams(of('query').map(([name, value]): [string, string] => [name, value.toWellFormed()]))
    return {
      id: operation.operationId,
      method: method.toUpperCase(),
      path: `${path}?${query}`,
      headers,
      ...(json === undefined ? {} : { json: toSend(json) }),
    }
  })
}

/** Returns what is wrong with a response; null when the document promises it. */
const breach = (answer: Answer, { id }: Request, declared: Readonly<Record<string, unknown>>): string | null => {
  // Requests that need a worker end this way without one.
  if (answer.status >= 500 && !['CHECK_TIMEOUT'].includes(answer.body?.code))
    return `a defect: ${api.logLines.find((line) => line.includes(answer.body?.errorId)) ?? answer.text}`
  if (!(answer.status in declared)) return `status ${answer.status} is not declared: ${answer.text}`
  const promised = (endpoints[id] as Endpoint).answers[answer.status]
  if (promised === undefined) return problemOf(answer)[1].startsWith('{') ? `not a whole problem: ${answer.text}` : null
  const body = promised.contentType === undefined ? answer.body : answer.text
  const issues = promised.schema?.safeParse(body).error?.issues ?? []
  return issues.length === 0 ? null : `breaks its schema: ${JSON.stringify(issues).slice(0, 500)}`
}

const document = buildOpenApi({ version: '0.1.0' }) as unknown as Document

/** Deleting operations come last: the others must find something. */
const isLate = ({ operationId }: Operation): number => (/^(delete|stop|pause|drop)/.test(operationId) ? 1 : 0)
const operations = Object.entries(document.paths)
  .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ id: operation.operationId, method, path, operation })))
  .filter(({ id }) => !LEFT_OUT.includes(id))
  .sort((a, b) => isLate(a.operation) - isLate(b.operation))
const each = Math.ceil(REQUESTS / operations.length)

describe(`the OpenAPI document promises all that is answered (${each} requests for each operation)`, () => {
  it('is the one that is served', async () => expect((await api.get('/openapi.json')).body.paths).toEqual(JSON.parse(JSON.stringify(document.paths))))

  it.each(operations)('$id', async ({ method, path, operation }) => {
    const requests = requestOf(method, path, operation, { schemas: document.components.schemas, ids })
    const breaches: string[] = []
    for (const request of fc.sample(requests, { numRuns: each, seed: 32 })) {
      const answer = await api.send(request.method, request.path, request)
      const wrong = breach(answer, request, operation.responses)
      if (wrong !== null) breaches.push(`${request.method} ${request.path} ${JSON.stringify(request.json)}: ${wrong}`)
    }
    expect(breaches).toEqual([])
  })
})
