import { toFencedJson } from './untrusted.js'

/** The largest response in bytes of JSON, because a reader's context window is small. */
export const MAX_ANSWER_BYTES = 32_000

/** Counts bytes as sent: what could close a fence is escaped to six characters. */
const bytesOf = (value: unknown): number => Buffer.byteLength(toFencedJson(value), 'utf8')

export const fits = (answer: unknown): boolean => bytesOf(answer) <= MAX_ANSWER_BYTES

const LENGTHS = [8_000, 4_000, 2_000, 1_000, 500, 240, 100]

/**
 * Returns the longest response that fits: shortens texts first, then drops items from lists. `shorten` returns the response with texts of at
 * most that many characters, `drop` the response without its last items; what it returns must itself say that something is missing.
 */
export const fitAnswer = <T>(shorten: (maxChars: number) => T, drop: (answer: T, count: number) => T): T => {
  for (const maxChars of LENGTHS) {
    const answer = shorten(maxChars)
    if (fits(answer)) return answer
  }
  let answer = shorten(100)
  for (let count = 1; !fits(answer) && count < 100; count += 1) answer = drop(shorten(100), count)
  return answer
}

/** Returns the beginning of a text, at most this many characters; an ellipsis shows that it continues. */
export const shortenText = (text: string, maxChars: number): string =>
  text.length <= maxChars ? text : `${text.slice(0, Math.max(0, maxChars - 1)).toWellFormed()}…`
