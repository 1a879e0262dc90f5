import { randomUUID } from 'node:crypto'
import { JsonNumber, type JsonValue } from '@inlet/connector-sdk'

/** Sixteen digits in a row (with or without a point between them) or an exponent: a double may round it. A match inside a string costs only time. */
const MAY_ROUND = /(?:\d\.?){16}|\d[eE][+-]?\d/
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * Parses JSON text without rounding: integers beyond 2^53 become bigint, other numbers that a double would change
 * become JsonNumber. Throws SyntaxError, or RangeError for tens of thousands of levels.
 */
export const parseExactJson = (text: string): JsonValue => (MAY_ROUND.test(text) ? parseSlowly(text) : (JSON.parse(text) as JsonValue))

const parseSlowly = (text: string): JsonValue => {
  // A mark that the text cannot contain, because it is created after the text.
  const mark = randomUUID()
  let marked = false
  const quoted = text.replace(TOKENS, (token) => {
    if (token.startsWith('"') || isExact(token)) return token
    marked = true
    return `"${mark}${token}"`
  })
  if (!marked) return JSON.parse(text) as JsonValue
  const revive = (_key: string, value: unknown): unknown =>
    typeof value === 'string' && value.startsWith(mark) ? exactNumber(value.slice(mark.length)) : value
  return JSON.parse(quoted, revive) as JsonValue
}

/** Up to 15 significant digits and no exponent survive a double (IEEE 754, DBL_DIG). */
const isExact = (token: string): boolean => token.length <= 15 && !/[eE]/.test(token)

const exactNumber = (token: string): bigint | JsonNumber => (/^-?\d+$/.test(token) ? BigInt(token) : new JsonNumber(token))
