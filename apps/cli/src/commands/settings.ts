interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

/**
 * Builds settings from `name=value` pairs: dots address members of objects, repeated names and commas make lists if the connector expects lists, and
 * numbers, booleans, objects and lists of objects are read as JSON. What the schema does not know is kept as text, for the API to report.
 */
export const toSettings = (pairs: readonly string[], schema: object): Readonly<Record<string, unknown>> => {
  const settings: Record<string, unknown> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new Error(`write --set setting=value instead of --set ${pair}`)
    assign(settings, pair.slice(0, at).split('.'), pair.slice(at + 1), schema)
  }
  return settings
}

const assign = (target: Record<string, unknown>, [name = '', ...rest]: readonly string[], text: string, schema: Schema): void => {
  const own =
    schema.properties?.[name] ??
    alternatives(schema)
      .map(({ properties }) => properties?.[name])
      .find((found) => found !== undefined) ??
    {}
  const before = Object.hasOwn(target, name) ? target[name] : undefined
  let value: unknown
  if (rest.length > 0) {
    value = typeof before === 'object' && before !== null ? before : {}
    assign(value as Record<string, unknown>, rest, text, own)
  } else if (isList(own)) value = [...(Array.isArray(before) ? before : []), ...toList(text, own)]
  else value = toValue(text, own)
  // Not by assignment: a name such as __proto__ must be a name like any other.
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

const alternatives = ({ anyOf = [], oneOf = [] }: Schema): readonly Schema[] => [...anyOf, ...oneOf]
const typesOf = (schema: Schema): readonly string[] => [...[schema.type ?? []].flat(), ...alternatives(schema).flatMap(typesOf)]
const isList = (schema: Schema): boolean => typesOf(schema).includes('array')

const toList = (text: string, { items = {} }: Schema): readonly unknown[] => {
  if (text.startsWith('[')) {
    const parsed = fromJson(text)
    if (Array.isArray(parsed)) return parsed
  }
  return text.startsWith('{') ? [toValue(text, items)] : text.split(',').map((part) => toValue(part.trim(), items))
}

const toValue = (text: string, schema: Schema): unknown => {
  const types = typesOf(schema)
  if (types.includes('string')) return text
  if (types.some((type) => ['number', 'integer', 'boolean', 'object', 'array', 'null'].includes(type))) return fromJson(text) ?? text
  return /^[[{]/u.test(text) ? (fromJson(text) ?? text) : text
}

const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
