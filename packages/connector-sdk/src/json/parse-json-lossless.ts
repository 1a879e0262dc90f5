import { randomUUID } from 'node:crypto'
import { JsonNumber } from '@inlet/domain'
import { findLossyNumbers } from './find-lossy-numbers.js'

/**
 * Parses JSON like `JSON.parse`, but preserves every number: integers beyond 2^53 become bigint; decimals with more digits than a
 * JavaScript number holds, and numbers out of its range (`1e400`), become {@link JsonNumber}. Texts without such numbers cost one
 * more scan than `JSON.parse`. Throws SyntaxError.
 */
export const parseJsonLossless = (text: string): unknown => {
  const found = findLossyNumbers(text)
  if (found.length === 0) return JSON.parse(text)
  // JSON.parse does all the work: each such number passes through it as a string that no document can contain by chance.
  const mark = `${randomUUID()}:`
  let marked = ''
  let end = 0
  for (const [from, to] of found) {
    marked += `${text.slice(end, from)}"${mark}${text.slice(from, to)}"`
    end = to
  }
  return restore(JSON.parse(marked + text.slice(end)), mark)
}

/** Replaces the marked strings in place, without recursion, since documents may be nested deeper than the stack allows. */
const restore = (root: unknown, mark: string): unknown => {
  const holder: Record<string, unknown> = { root }
  const pending: object[] = [holder]
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    for (const key of Object.keys(current)) {
      const value: unknown = Reflect.get(current, key)
      if (typeof value === 'string' && value.startsWith(mark)) {
        // Not an assignment: that would set the prototype for the key "__proto__".
        Object.defineProperty(current, key, { value: toNumber(value.slice(mark.length)), enumerable: true, writable: true, configurable: true })
      } else if (typeof value === 'object' && value !== null) pending.push(value)
    }
  }
  return holder['root']
}

const toNumber = (text: string): bigint | JsonNumber => {
  if (/^-?(0|[1-9]\d*)$/.test(text)) return BigInt(text)
  try {
    return new JsonNumber(text)
  } catch (cause) {
    throw new SyntaxError(`"${text.slice(0, 40)}" is not a JSON number`, { cause })
  }
}
