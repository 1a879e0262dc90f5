import { asList, asObject, isObject, type Node, type ObjectNode } from './node.js'
import type { Resolver } from './resolver.js'

const MAX_DEPTH = 8

/** Returns the members of an object schema, including those from `allOf` and from the first alternative that is an object. */
export const membersOf = (resolver: Resolver, node: Node, depth = 0): ReadonlyMap<string, ObjectNode> => {
  const schema = resolver.resolve(node)
  const members = new Map<string, ObjectNode>()
  if (depth > MAX_DEPTH) return members
  const alternative = [...asList(schema['oneOf']), ...asList(schema['anyOf'])]
    .map((one) => membersOf(resolver, one, depth + 1))
    .find(({ size }) => size > 0)
  for (const part of [...asList(schema['allOf']).map((one) => membersOf(resolver, one, depth + 1)), alternative ?? new Map<string, ObjectNode>()])
    for (const [name, member] of part) members.set(name, member)
  for (const [name, member] of Object.entries(asObject(schema['properties']))) members.set(name, resolver.resolve(member))
  return members
}

/** Returns `array`, `object`, `string` …; for a list of types, the first that is not null. Guessed from the keywords when absent. */
export const typeOf = (resolver: Resolver, node: Node, depth = 0): string => {
  const schema = resolver.resolve(node)
  const { type } = schema
  const named = Array.isArray(type) ? type.find((one) => one !== 'null') : type
  if (typeof named === 'string') return named
  if (schema['items'] !== undefined) return 'array'
  if (isObject(schema['properties']) || schema['additionalProperties'] !== undefined) return 'object'
  if (depth > MAX_DEPTH) return ''
  const inner = [...asList(schema['allOf']), ...asList(schema['oneOf']), ...asList(schema['anyOf'])].map((one) => typeOf(resolver, one, depth + 1))
  return inner.find((one) => one !== '' && one !== 'null') ?? ''
}

/** Returns the names that the schema, or a part of it, requires. */
export const requiredOf = (resolver: Resolver, node: Node): ReadonlySet<string> => {
  const schema = resolver.resolve(node)
  const parts = [schema, ...asList(schema['allOf']).map((one) => resolver.resolve(one))]
  return new Set(parts.flatMap((part) => asList(part['required'])).filter((name) => typeof name === 'string'))
}

/** Derives a schema from an example, for documents that show a response instead of describing it. */
export const schemaOfExample = (value: Node, depth = 0): ObjectNode => {
  if (Array.isArray(value)) return { type: 'array', items: depth > MAX_DEPTH ? {} : schemaOfExample(value[0], depth + 1) }
  if (isObject(value)) {
    const members = depth > MAX_DEPTH ? [] : Object.entries(value).slice(0, 500)
    return { type: 'object', properties: Object.fromEntries(members.map(([name, member]) => [name, schemaOfExample(member, depth + 1)])) }
  }
  return { type: typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value }
}
