import { CONTRACT, type Connector } from '@inlet/connector-sdk'
import { z } from 'zod'

/** Returns what is wrong with the default export of a package; empty for a connector that follows the contract. */
export const validateConnector = (value: unknown): readonly string[] => {
  if (value === undefined) return ['has no default export; export default defineConnector({…})']
  if (!isObject(value) || value['sdk'] === undefined) return ['its default export is not made by defineConnector of @inlet/connector-sdk']
  const { sdk } = value
  if (sdk !== CONTRACT)
    return [`follows contract ${shown(sdk)} of @inlet/connector-sdk, and this is contract ${CONTRACT}; use a version of it made for this Inlet`]
  return [...validateIdentity(value), ...validateMembers(value), ...SCHEMAS.flatMap((name) => validateSchema(name, value[name]))]
}

/** Only for a value that was validated before. */
export const toConnector = (value: unknown): Connector => value as Connector

type Given = Readonly<Record<string, unknown>>

const TYPE = /^[a-z][a-z0-9_]{0,62}$/
// semver.org, without build metadata.
const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/
const SCHEMAS = ['configSchema', 'secretSchema'] as const
const NEEDED = ['connect', 'check', 'streams', 'read'] as const
const POSSIBLE = ['validate', 'egress', 'secretScope', 'receive'] as const

const isObject = (value: unknown): value is Given => typeof value === 'object' && value !== null
const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

const validateIdentity = ({ type, version, title, description }: Given): readonly string[] => [
  ...(isText(type) && TYPE.test(type)
    ? []
    : [`type is ${shown(type)}; it must be lower-case letters, digits and _, 63 at most, and begin with a letter`]),
  ...(isText(version) && SEMVER.test(version) ? [] : [`version is ${shown(version)}; it must be like 1.2.3`]),
  ...(isText(title) ? [] : ['title is missing']),
  ...(isText(description) ? [] : ['description is missing']),
]

const validateMembers = (given: Given): readonly string[] => {
  const { browse, transport } = given
  return [
    ...NEEDED.filter((name) => typeof given[name] !== 'function').map((name) => `${name} is missing, or no function`),
    ...POSSIBLE.filter((name) => given[name] !== undefined && typeof given[name] !== 'function').map((name) => `${name} is not a function`),
    ...(transport === undefined || transport === 'axios' || transport === 'node'
      ? []
      : [`transport is ${shown(transport)}; it must be axios or node`]),
    ...(browse === undefined
      ? []
      : ['list', 'metadata', 'fetch']
          .filter((name) => !isObject(browse) || typeof browse[name] !== 'function')
          .map((name) => `browse.${name} is missing, or no function`)),
  ]
}

/** Any copy of zod 4 will do, so it is validated by its behavior. */
const validateSchema = (name: (typeof SCHEMAS)[number], schema: unknown): readonly string[] => {
  if (!isObject(schema) || typeof schema['safeParse'] !== 'function') return [`${name} is not a zod schema`]
  let json: z.core.JSONSchema.BaseSchema
  try {
    json = z.toJSONSchema(schema as unknown as z.ZodType, { io: 'input', unrepresentable: 'any' })
  } catch (error) {
    return [`${name} cannot be shown as JSON Schema; it must be made with zod 4 (${error instanceof Error ? error.message : String(error)})`]
  }
  if (json.type !== 'object' && (json.anyOf ?? json.oneOf ?? json.allOf) === undefined) return [`${name} must be an object`]
  return json.type === 'object' && json.additionalProperties !== false ? [`${name} lets unknown keys pass; use z.strictObject`] : []
}

const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value))
