import { asList, asObject, asText, isObject, type ObjectNode } from './node.js'
import type { Resolver } from './resolver.js'
import { schemaOfExample } from './schema.js'

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: ObjectNode
}

/** A GET of the document and its successful response. */
export interface Operation {
  readonly path: string
  readonly summary: string
  readonly deprecated: boolean
  readonly parameters: readonly Parameter[]
  /** Schemas of a successful response, as described and as the example shows it; empty when it has no JSON response. */
  readonly answers: readonly ObjectNode[]
  /** Lower-case names of the response headers. */
  readonly headers: ReadonlySet<string>
}

/** Lists all GET operations in document order. */
export const listOperations = (document: ObjectNode, resolver: Resolver): readonly Operation[] =>
  Object.entries(asObject(document['paths'])).flatMap(([path, node]) => {
    const item = resolver.resolve(node)
    if (!path.startsWith('/') || !isObject(item['get'])) return []
    const get = item['get']
    const response = goodResponse(get, resolver)
    return [
      {
        path,
        summary: asText(get['summary']).slice(0, 200),
        deprecated: get['deprecated'] === true,
        parameters: mergeParameters(
          [...asList(item['parameters']), ...asList(get['parameters'])].map((one) => toParameter(resolver.resolve(one), resolver)),
        ),
        answers: response === null ? [] : answerSchemas(response, resolver),
        headers: new Set(Object.keys(asObject(response?.['headers'])).map((name) => name.toLowerCase())),
      },
    ]
  })

/** OpenAPI 3 puts the type into a schema, Swagger 2 next to the name. */
const toParameter = (node: ObjectNode, resolver: Resolver): Parameter => ({
  name: asText(node['name']),
  in: asText(node['in']),
  required: node['required'] === true,
  schema: isObject(node['schema']) ? resolver.resolve(node['schema']) : node,
})

/** Those of the operation override those of its path. */
const mergeParameters = (all: readonly Parameter[]): readonly Parameter[] => [...new Map(all.map((one) => [`${one.in} ${one.name}`, one])).values()]

const goodResponse = (get: ObjectNode, resolver: Resolver): ObjectNode | null => {
  const responses = asObject(get['responses'])
  const status = ['200', '206', '2XX', '2xx', '203', 'default'].find((one) => responses[one] !== undefined)
  return status === undefined ? null : resolver.resolve(responses[status])
}

const answerSchemas = (response: ObjectNode, resolver: Resolver): readonly ObjectNode[] => {
  if (response['content'] === undefined) return both(resolver.resolve(response['schema']), asObject(response['examples'])['application/json'])
  const content = asObject(response['content'])
  const type = Object.keys(content).find((one) => /^(application\/([\w.+-]+\+)?json|\*\/\*)/i.test(one))
  const media = asObject(type === undefined ? undefined : content[type])
  const example = media['example'] ?? asObject(resolver.resolve(Object.values(asObject(media['examples']))[0]))['value']
  return both(resolver.resolve(media['schema']), example)
}

const both = (schema: ObjectNode, example: unknown): readonly ObjectNode[] => [
  ...(Object.keys(schema).length > 0 ? [schema] : []),
  ...(example === undefined ? [] : [schemaOfExample(example)]),
]
