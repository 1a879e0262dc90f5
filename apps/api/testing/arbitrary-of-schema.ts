import fc from 'fast-check'

/** A schema of the OpenAPI document. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
}
export type Schemas = Readonly<Record<string, Schema>>

/** Values that fit almost no schema. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1e308,
    2 ** 53,
    '',
    ' ',
    '\0',
    'null',
    '0000-01-01T00:00:00Z',
    [],
    {},
    [[]],
    { a: 1 },
    'a\u202eb',
    '../..',
    "' OR 1=1 --",
  ),
  fc.string({ maxLength: 20, unit: 'grapheme' }),
  fc.jsonValue({ maxDepth: 2 }),
)

const text = (schema: Schema): fc.Arbitrary<unknown> => {
  if (schema.format === 'uuid') return fc.uuid()
  if (schema.format === 'date-time')
    return fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }).map((date) => date.toISOString())
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern, 'u'))
  return fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 30, (schema.minLength ?? 0) + 30) })
}

const object = (schema: Schema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> => {
  const fields = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, valueOf(inner, schemas, depth - 1)]))
  const known = fc.record(fields, { requiredKeys: [...(schema.required ?? [])].filter((name) => name in fields) })
  if (schema.additionalProperties === undefined || schema.additionalProperties === false) return known
  const inner = schema.additionalProperties === true ? anything : valueOf(schema.additionalProperties, schemas, depth - 1)
  return fc.tuple(known, fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), inner, { maxKeys: 2 })).map(([one, other]) => ({ ...other, ...one }))
}

const fitting = (schema: Schema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> => {
  if (schema.$ref !== undefined) return fitting(schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {}, schemas, depth)
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) return fc.oneof(...options.map((option) => valueOf(option, schemas, depth)))
  if (schema.allOf !== undefined)
    return fc.tuple(...schema.allOf.map((part) => valueOf(part, schemas, depth))).map((parts) => Object.assign({}, ...parts) as unknown)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  const type = typeof schema.type === 'string' ? schema.type : schema.type === undefined ? undefined : schema.type[0]
  if (depth <= 0 || type === undefined) return anything
  if (type === 'string') return text(schema)
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer' || type === 'number')
    return fc.integer({ min: Math.max(schema.minimum ?? 0, -(2 ** 31)), max: Math.min(schema.maximum ?? 100, 2 ** 31 - 1) })
  if (type === 'array') return fc.array(valueOf(schema.items ?? {}, schemas, depth - 1), { maxLength: 3 })
  return type === 'null' ? fc.constant(null) : object(schema, schemas, depth)
}

/** Generates values of a schema, and occasionally one that breaks it. */
export const valueOf = (schema: Schema, schemas: Schemas, depth = 5): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 19, arbitrary: fitting(schema, schemas, depth) }, { weight: 1, arbitrary: anything })
