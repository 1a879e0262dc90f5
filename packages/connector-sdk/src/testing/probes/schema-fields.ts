import { z } from 'zod'
import { must } from '../violation.js'

export interface SchemaField {
  /** Dotted path; `[]` for the elements of a list, `*` for the values of a map, `|n` for an alternative. */
  readonly path: string
  readonly name: string
  readonly described: boolean
  readonly type: unknown
}

interface Schema {
  readonly [keyword: string]: unknown
}

/** Returns all named fields of a zod schema, as the API serves it. Throws a `Violation` for an object that accepts unknown keys. */
export const fieldsOf = (schema: z.ZodType, root: string): readonly SchemaField[] => {
  const json: Schema = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' })
  const fields: SchemaField[] = []
  const seen = new Set<unknown>()
  const walk = (node: Schema, path: string): void => {
    if (seen.has(node)) return
    seen.add(node)
    const properties = node['properties']
    if (isObject(properties)) {
      must(node['additionalProperties'] === false, `${path} lets unknown keys pass; use z.strictObject`)
      for (const [name, field] of Object.entries(properties)) {
        const child = resolve(json, field)
        fields.push({ path: `${path}.${name}`, name, described: hasDescription(field) || hasDescription(child), type: child['type'] })
        walk(child, `${path}.${name}`)
      }
    }
    for (const [keyword, mark] of [
      ['items', '[]'],
      ['additionalProperties', '.*'],
    ] as const)
      if (isObject(node[keyword])) walk(resolve(json, node[keyword]), `${path}${mark}`)
    for (const keyword of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
      const list = node[keyword]
      if (Array.isArray(list)) for (const [index, entry] of list.entries()) walk(resolve(json, entry), `${path}|${index}`)
    }
  }
  walk(json, root)
  return fields
}

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)

const hasDescription = (node: unknown): boolean => isObject(node) && typeof node['description'] === 'string' && node['description'].trim() !== ''

const resolve = (json: Schema, node: unknown): Schema => {
  if (!isObject(node)) return {}
  const reference = node['$ref']
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return node
  let target: unknown = json
  for (const part of reference.slice(2).split('/')) target = isObject(target) ? target[part] : undefined
  return isObject(target) ? target : {}
}
