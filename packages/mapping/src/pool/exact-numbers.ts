import { Failure, JsonNumber } from '@inlet/domain'

const MAX_DEPTH = 200
const SYMBOLS = '0123456789.-+eE'
/** Blocks of 16 private-use characters, U+E000 to U+F8EF. */
const FIRST_BLOCK = 0xe000
const BLOCKS = 399

/** A value as JSON text for an expression, and the way back. */
export interface ExactJson {
  readonly json: string
  /** Restores the exact numbers of the value in a result. */
  readonly restore: (result: unknown) => unknown
}

/**
 * Writes a value as JSON text in which every number keeps its value. Those a JavaScript number can represent are plain numbers, to calculate with.
 * Others (integers beyond 2^53, long decimals) become text of private-use characters, one per digit: an expression can pass them on, join and cut
 * them like the text of their digits, while calculating with one fails instead of rounding it. Throws RECORD_INVALID for what is not JSON,
 * NUMBER_NOT_STORABLE for NaN and infinities.
 */
export const toExactJson = (value: unknown): ExactJson => {
  const written = new Map<number, string>()
  const long: string[] = []
  const plain = copy(value, { written, long, block: FIRST_BLOCK }, 0)
  const json = JSON.stringify(plain)
  if (long.length === 0) return { json, restore: written.size === 0 ? (result) => result : (result) => restore(result, { written, block: null }) }
  // A record that itself uses private-use characters gets another block, so that none of its own is mistaken for a digit.
  const block = freeBlock(JSON.stringify(copy(value, { written, long, block: null }, 0)))
  const text = block === FIRST_BLOCK ? json : JSON.stringify(copy(value, { written, long, block }, 0))
  return { json: text, restore: (result) => restore(result, { written, block }) }
}

interface Copying {
  /** How numbers were written whose value, but not spelling, a JavaScript number preserves, e.g. 12.5 as `12.50`. */
  readonly written: Map<number, string>
  readonly long: string[]
  /** The first of the characters for digits; null leaves long numbers out. */
  readonly block: number | null
}

const copy = (value: unknown, how: Copying, depth: number): unknown => {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) throw new Failure('NUMBER_NOT_STORABLE', `${value} is not a storable number`)
      return value
    case 'bigint':
      return toNumber(value.toString(), how)
    case 'object':
      return value === null ? null : copyObject(value, how, depth + 1)
    case 'string':
    case 'boolean':
    case 'undefined':
      return value
    default:
      throw new Failure('RECORD_INVALID', `a ${typeof value} is not JSON`)
  }
}

const copyObject = (value: object, how: Copying, depth: number): unknown => {
  if (depth > MAX_DEPTH) throw new Failure('RECORD_INVALID', `more than ${MAX_DEPTH} levels of nesting`)
  if (value instanceof JsonNumber) return toNumber(value.text, how)
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new Failure('RECORD_INVALID', 'an invalid date is not storable')
    return value.toISOString()
  }
  if (Array.isArray(value)) return value.map((item) => copy(item, how, depth))
  // fromEntries defines members, so the key "__proto__" stays a key.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copy(member, how, depth)]))
}

const toNumber = (text: string, { written, long, block }: Copying): number | string | null => {
  const value = Number(text)
  if (Number.isFinite(value) && decimal(String(value)) === decimal(text)) {
    if (String(value) !== text) written.set(value, text)
    return value
  }
  long.push(text)
  return block === null ? null : text.replaceAll(/./g, (symbol) => String.fromCharCode(block + SYMBOLS.indexOf(symbol)))
}

/** Returns the same text for the same decimal, however it is spelled: digits without zeros at either end, and the power of ten. */
const decimal = (text: string): string => {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  return significant === '' ? '0' : `${sign}${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`
}

const freeBlock = (json: string): number => {
  const used = new Set<number>()
  for (const [character] of json.matchAll(/[\ue000-\uf8ff]/g)) used.add(Math.floor((character.charCodeAt(0) - FIRST_BLOCK) / 16))
  for (let block = 0; block < BLOCKS; block += 1) if (!used.has(block)) return FIRST_BLOCK + block * 16
  throw new Failure('RECORD_INVALID', 'a record with every private-use character and a long number cannot be mapped')
}

interface Restoring {
  readonly written: ReadonlyMap<number, string>
  readonly block: number | null
}

const restore = (value: unknown, how: Restoring): unknown => {
  if (typeof value === 'number') {
    const text = how.written.get(value)
    return text === undefined ? value : toExact(text)
  }
  if (typeof value === 'string') return restoreText(value, how.block)
  if (Array.isArray(value)) return value.map((item) => restore(item, how))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [String(restoreText(key, how.block)), restore(member, how)]))
}

const restoreText = (text: string, block: number | null): unknown => {
  if (block === null || !/[\ue000-\uf8ff]/.test(text)) return text
  let only = text !== ''
  let out = ''
  for (const character of text) {
    const symbol = SYMBOLS[character.charCodeAt(0) - block]
    if (symbol === undefined) only = false
    out += symbol ?? character
  }
  return only && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(out) ? toExact(out) : out
}

const toExact = (text: string): bigint | JsonNumber => (/^-?\d+$/.test(text) ? BigInt(text) : new JsonNumber(text))
