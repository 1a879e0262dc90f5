import { type JsonObject, type JsonValue, parseJsonLossless } from '@inlet/connector-sdk'
import { toStorable } from '../../parsing/html/cut-text.js'
import type { LogConfig } from '../config.js'
import type { AccessField, LineParser, RawAccess } from './access.js'
import { KNOWN_FIELDS, unitOf } from './json-fields.js'
import { toAccess } from './to-access.js'

const FIELDS = Object.keys(KNOWN_FIELDS) as AccessField[]

interface Candidate {
  readonly name: string
  readonly steps: readonly string[]
}
interface Lookup {
  readonly field: AccessField
  readonly paths: readonly Candidate[]
}

/** Lines of one log have few shapes; beyond this the cache is cleared. */
const MAX_SHAPES = 64

/** Creates a parser of lines that are JSON objects. */
export const createJsonLine = (
  config: Pick<LogConfig, 'fields' | 'extraFields' | 'durationUnit'>,
  time: (value: string | number) => string | undefined,
): LineParser => {
  const lookups = FIELDS.map((field): Lookup => {
    const named = config.fields[field]
    return { field, paths: (named === undefined ? KNOWN_FIELDS[field] : [named]).map(toCandidate) }
  })
  const lookupsFor = byShape(lookups)
  const extras = config.extraFields.map(toCandidate)
  return (line) => {
    const parsed = parse(line, extras.length > 0)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'is not a JSON object'
    // Half surrogate pairs and NUL come only from escapes.
    const clean = line.includes(String.raw`\u`) ? toStorable : asItIs
    const raw: RawAccess = {}
    let timedBy = ''
    for (const lookup of lookupsFor(parsed)) {
      const name = find(parsed, lookup, { raw, clean })
      if (lookup.field === 'duration') timedBy = name
    }
    const unit = config.durationUnit === 'auto' ? unitOf(timedBy, parsed) : config.durationUnit
    const extra = extras.length === 0 ? undefined : pick(parsed, extras)
    return toAccess(raw, extra === undefined ? { unit, time } : { unit, time, extra })
  }
}

const asItIs = (text: string): string => text

const toCandidate = (name: string): Candidate => ({ name, steps: name.split('.') })

/** Drops the candidates that an object with these members cannot have, once for all objects with the same ones. */
const byShape = (lookups: readonly Lookup[]): ((line: object) => readonly Lookup[]) => {
  const shapes = new Map<string, readonly Lookup[]>()
  let latest: { readonly members: readonly string[]; readonly possible: readonly Lookup[] } = { members: [], possible: [] }
  const lookUp = (members: readonly string[]): readonly Lookup[] => {
    const shape = members.join('\n')
    const known = shapes.get(shape)
    if (known !== undefined) return known
    const possible = lookups
      .map(({ field, paths }) => ({ field, paths: paths.filter(({ name, steps }) => members.includes(name) || members.includes(steps[0] ?? '')) }))
      .filter(({ paths }) => paths.length > 0)
    if (shapes.size >= MAX_SHAPES) shapes.clear()
    shapes.set(shape, possible)
    return possible
  }
  return (line) => {
    const members = Object.keys(line)
    if (!isSame(members, latest.members)) latest = { members, possible: lookUp(members) }
    return latest.possible
  }
}

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((name, at) => name === others[at])

const parse = (line: string, lossless: boolean): unknown => {
  try {
    return lossless ? parseJsonLossless(line) : JSON.parse(line)
  } catch {
    return undefined
  }
}

const valueAt = (root: object, name: string, steps: readonly string[]): unknown => {
  if (Object.hasOwn(root, name)) return Reflect.get(root, name)
  if (steps.length === 1) return undefined
  let value: unknown = root
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = Reflect.get(value, step)
  }
  return value
}

/** Stores the first scalar that the line has for the field in `raw`, and returns its name. */
const find = (
  line: object,
  { paths, field }: Lookup,
  { raw, clean }: { readonly raw: RawAccess; readonly clean: (text: string) => string },
): string => {
  for (const { name, steps } of paths) {
    const scalar = toScalar(valueAt(line, name, steps))
    if (scalar === undefined) continue
    const value = typeof scalar === 'string' ? clean(scalar) : scalar
    // Only these fields may be numbers; the others are text.
    if (field === 'time' || field === 'status' || field === 'bytes' || field === 'duration') raw[field] = value
    else raw[field] = String(value)
    return name
  }
  return ''
}

/** Caddy's headers are lists. */
const toScalar = (value: unknown): string | number | undefined => {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string') return value === '' ? undefined : value
  return Array.isArray(value) && value.length > 0 ? toScalar(value[0]) : undefined
}

const pick = (line: object, extras: readonly { readonly name: string; readonly steps: readonly string[] }[]): JsonObject | undefined => {
  const found: Record<string, JsonValue> = {}
  for (const { name, steps } of extras) {
    const value = valueAt(line, name, steps)
    // What JSON.parse returns is JSON.
    if (value !== undefined) found[name] = typeof value === 'string' ? toStorable(value) : (value as JsonValue)
  }
  return Object.keys(found).length === 0 ? undefined : found
}
