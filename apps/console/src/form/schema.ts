/** The parts of JSON Schema (2020-12) that settings of connectors use. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null'
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  /** `upload`: the id of an uploaded file. */
  readonly format?: string
  /** It has a default, but is what one fills in first, such as the tables of a database. */
  readonly 'x-first'?: boolean
  /** Of a secret: it is asked for only with one of these values of a setting. */
  readonly 'x-when'?: { readonly setting: string; readonly is: readonly string[] }
  /** Of an optional secret: the way to sign in that it belongs to, e.g. `Bearer token`. */
  readonly 'x-way'?: string
  readonly additionalProperties?: Schema | boolean
}

export type Values = Readonly<Record<string, unknown>>

export type FieldKind = 'choice' | 'text' | 'long' | 'number' | 'flag' | 'lines' | 'uploads' | 'list' | 'group' | 'variants' | 'json'

const LONG_CHARS = 2_000

/** The variants of a discriminated union: each is an object whose `kind` (or the like) is a constant. */
export const variantsOf = (schema: Schema): { readonly by: string; readonly variants: readonly Schema[] } | null => {
  const variants = schema.oneOf ?? schema.anyOf ?? []
  const [first] = variants
  const by = Object.entries(first?.properties ?? {}).find(([, field]) => field.const !== undefined)?.[0]
  if (by === undefined || !variants.every((variant) => variant.properties?.[by]?.const !== undefined)) return null
  return { by, variants }
}

/** How a value is edited. What has no field of its own is edited as JSON. */
export const kindOf = (schema: Schema): FieldKind => {
  if (schema.enum !== undefined) return 'choice'
  if (variantsOf(schema) !== null) return 'variants'
  switch (schema.type) {
    case 'string':
      return (schema.maxLength ?? 0) > LONG_CHARS && schema.maxLength !== 8_192 ? 'long' : 'text'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'flag'
    case 'object':
      return schema.properties === undefined ? 'json' : 'group'
    case 'array':
      if (schema.items?.format === 'upload') return 'uploads'
      return schema.items?.type === 'string' && schema.items.enum === undefined ? 'lines' : schema.items?.properties === undefined ? 'json' : 'list'
    default: {
      // Null is what an empty field means, and a list of one is the same as the one.
      const kinds = new Set(schema.anyOf?.filter(({ type }) => type !== 'null').map((one) => (one.type === 'string' ? 'text' : kindOf(one))))
      if (kinds.size === 1 && kinds.has('text')) return 'text'
      return kinds.size === 2 && kinds.has('text') && kinds.has('lines') ? 'lines' : 'json'
    }
  }
}

/** The same with a member set, or taken away when it is undefined. */
export const withMember = (values: Values, name: string, value: unknown): Values => {
  if (value !== undefined) return { ...values, [name]: value }
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name))
}

/** A path as the API writes it in errors, e.g. `config.tables[0].name`, as the form does: `config.tables.0.name`. */
export const normalPath = (path: string): string => path.replaceAll(/\[(\d+)\]/gu, '.$1')

/** What a field is called: `maxPages` is `Max pages`. */
export const labelOf = (name: string, schema: Schema): string => {
  if (schema.title !== undefined) return schema.title
  const words = name.replaceAll(/([a-z\d])([A-Z])/gu, '$1 $2').toLowerCase()
  const written = words.replaceAll(/\b(?:api|ca|csv|http|id|ip|json|sas|sasl|sql|ssh|tls|url)(?=s?\b)/gu, (word) => word.toUpperCase())
  return written.charAt(0).toUpperCase() + written.slice(1)
}

/** Whether somebody must fill it in: it has no default. */
export const isRequired = (schema: Schema, name: string): boolean =>
  schema.required?.includes(name) === true && schema.properties?.[name]?.default === undefined
