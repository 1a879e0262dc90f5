import { Failure, JsonNumber, keyText, RECORD_KINDS, type SourceRecord } from '@inlet/domain'
import type { StreamMapping } from '../mapping.js'

/** Members an expression may set. Stream, scope and validator belong to the connector; they may be passed through. */
const SETTABLE = ['key', 'kind', 'title', 'text', 'url', 'data', 'occurredAt'] as const
const PASSED = ['stream', 'scope', 'validator', 'op'] as const
const MAX_PARTS = 10_000

/**
 * Returns the records of a result: none for null, otherwise the original with the members that each object sets.
 * Throws MAPPING_RESULT for anything else.
 */
export const toRecords = (original: SourceRecord, result: unknown, { keys = 'kept' }: Pick<StreamMapping, 'keys'>): readonly SourceRecord[] => {
  if (result === null || result === undefined) return []
  const parts = (Array.isArray(result) ? result : [result]).filter((part) => part !== null)
  if (parts.length > MAX_PARTS) throw refusal(`the expression gives ${parts.length} records for one; ${MAX_PARTS} are allowed`)
  const records = parts.map((part) => toRecord(original, part))
  if (keys === 'kept') assertKept(original, records)
  else assertOwn(parts, records)
  return records
}

const refusal = (message: string): Failure => new Failure('MAPPING_RESULT', message)

const toRecord = (original: SourceRecord, part: unknown): SourceRecord => {
  if (!isObject(part)) throw refusal(`the expression gives ${nameOf(part)} instead of an object of record members`)
  // Each member is read by its own rule.
  const changed: Partial<SourceRecord> & Record<string, unknown> = {}
  for (const [name, value] of Object.entries(part)) {
    if ((PASSED as readonly string[]).includes(name)) assertPassed(original, name as (typeof PASSED)[number], value)
    else if ((SETTABLE as readonly string[]).includes(name)) changed[name] = READ[name as (typeof SETTABLE)[number]](value)
    else throw refusal(`a record has no member "${name.slice(0, 100)}"; put fields of your own into data`)
  }
  return { ...original, ...changed }
}

const text =
  (name: string) =>
  (value: unknown): string | undefined => {
    if (value === null) return undefined
    if (typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || value instanceof JsonNumber) return String(value)
    throw refusal(`${name} must be text, not ${nameOf(value)}`)
  }

const READ: Readonly<Record<(typeof SETTABLE)[number], (value: unknown) => unknown>> = {
  key: (value) => {
    const parts = Array.isArray(value) ? value : [value]
    if (value === null || value === '' || parts.length === 0) throw new Failure('RECORD_KEY_MISSING', 'the expression returns an empty key')
    if (parts.some((part) => typeof part === 'object' && part !== null)) throw refusal('key must be text, a number or a list of such')
    if (!Array.isArray(value) && typeof value === 'boolean') throw refusal('key must be text, a number or a list of such')
    return value
  },
  kind: (value) => {
    if ((RECORD_KINDS as readonly unknown[]).includes(value)) return value
    throw refusal(`kind must be one of ${RECORD_KINDS.join(', ')}`)
  },
  title: text('title'),
  text: text('text'),
  url: text('url'),
  data: (value) => {
    if (isObject(value)) return value
    throw refusal(`data must be an object, not ${nameOf(value)}`)
  },
  occurredAt: (value) => {
    if (value === null) return undefined
    if (typeof value === 'string') return value
    throw refusal('occurredAt must be an ISO 8601 text; $fromMillis makes one from milliseconds')
  },
}

const assertPassed = (original: SourceRecord, name: (typeof PASSED)[number], value: unknown): void => {
  if (value !== original[name] && value !== null) throw refusal(`${name} cannot be changed by an expression`)
}

const assertKept = (original: SourceRecord, records: readonly SourceRecord[]): void => {
  if (records.length > 1) throw refusal(`the expression gives ${records.length} records for one; a mapping that splits records says "keys": "set"`)
  if (records[0] !== undefined && keyText(records[0].key) !== keyText(original.key))
    throw refusal('the expression changes the key; a mapping that does so says "keys": "set"')
}

const assertOwn = (parts: readonly unknown[], records: readonly SourceRecord[]): void => {
  // A path that leads nowhere omits the member.
  if (parts.some((part) => isObject(part) && !Object.hasOwn(part, 'key'))) throw new Failure('RECORD_KEY_MISSING', 'the expression returns no key')
  const seen = new Set(records.map(({ key }) => keyText(key)))
  if (seen.size < records.length)
    throw refusal(`${records.length - seen.size + 1} of the records made from one have the same key; set a key of its own for each`)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)

const nameOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof JsonNumber || typeof value === 'bigint' || typeof value === 'number') return 'a number'
  if (typeof value === 'string') return 'text'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
