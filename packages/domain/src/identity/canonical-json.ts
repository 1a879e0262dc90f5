import { Failure } from '../errors/failure.js'
import { JsonNumber } from '../records/record.js'

const MAX_DEPTH = 200

/**
 * Returns JSON text with sorted keys and no white space (RFC 8785 for what JavaScript numbers can hold; bigint and JsonNumber keep their digits), so
 * that equal content has equal text. `undefined` members are left out, dates become ISO 8601. Throws NUMBER_NOT_STORABLE for NaN and infinities,
 * RECORD_INVALID for other types and for more than 200 levels.
 */
export const canonicalJson = (value: unknown): string => write(value, 0)

const write = (value: unknown, depth: number): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw new Failure('NUMBER_NOT_STORABLE', `${value} is not a storable number`)
      return String(Object.is(value, -0) ? 0 : value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return value.toString()
    case 'object':
      return value === null ? 'null' : writeObject(value, depth + 1)
    default:
      throw new Failure('RECORD_INVALID', `a ${typeof value} is not JSON`)
  }
}

const writeObject = (value: object, depth: number): string => {
  if (depth > MAX_DEPTH) throw new Failure('RECORD_INVALID', `more than ${MAX_DEPTH} levels of nesting`)
  if (Array.isArray(value)) {
    let out = '['
    for (let i = 0; i < value.length; i++) out += (i === 0 ? '' : ',') + write(value[i] ?? null, depth)
    return `${out}]`
  }
  if (value instanceof JsonNumber) return value.text
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new Failure('RECORD_INVALID', 'an invalid date is not storable')
    return `"${value.toISOString()}"`
  }
  const { names, heads } = layoutOf(Object.keys(value))
  let out = ''
  for (let i = 0; i < names.length; i++) {
    const member = (value as Record<string, unknown>)[names[i] as string]
    if (member === undefined) continue
    out += (out === '' ? '' : ',') + heads[i] + write(member, depth)
  }
  return `{${out}}`
}

/** The member names of an object in their given order, and sorted, with the text that precedes their values. */
interface Layout {
  readonly given: readonly string[]
  readonly names: readonly string[]
  readonly heads: readonly string[]
}

/** Consecutive objects mostly have the same members, such as rows of a table: the last layout for each number of members is kept. */
const layouts: Layout[] = []
const MOST_KEPT = 128

const layoutOf = (given: readonly string[]): Layout => {
  const last = layouts[given.length]
  if (last !== undefined && isSame(last.given, given)) return last
  const names = [...given].sort()
  const layout = { given, names, heads: names.map((name) => `${JSON.stringify(name)}:`) }
  if (given.length < MOST_KEPT) layouts[given.length] = layout
  return layout
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => {
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Whether JSON text contains an escaped NUL or half of a surrogate pair, which Postgres cannot store. */
export const hasUnstorableText = (json: string): boolean => {
  // Much faster than a regular expression if there is no escape at all.
  if (!json.includes('\\u') || !SUSPICIOUS.test(json)) return false
  return /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i.test(json)
}
const SUSPICIOUS = /\\u(?:0000|d[89a-f])/i

/**
 * Makes what Postgres cannot store visible in a text: NUL as `\\u0000`, halves of surrogate pairs as U+FFFD. For messages and excerpts, never for
 * data.
 */
export const toStorableText = (text: string): string => text.replaceAll('\u0000', '\\u0000').toWellFormed()
