import { toFencedJson } from './untrusted.js'

/** No answer is larger than this in bytes of JSON: a reader's window is small. */
export const MAX_ANSWER_BYTES = 32_000

/** As it is sent: what could close a fence is written as six characters. */
const bytesOf = (value: unknown): number => Buffer.byteLength(toFencedJson(value), 'utf8')

export const fits = (answer: unknown): boolean => bytesOf(answer) <= MAX_ANSWER_BYTES

const LENGTHS = [8_000, 4_000, 2_000, 1_000, 500, 240, 100]

/**
 * The longest answer that fits: texts are shortened first, then lists lose their end. `shorten` gives the answer with texts of at
 * most so many characters, `drop` the answer without its last items; what it gives must itself say that something is missing.
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

/** The beginning of a text that fits in so many characters; says that it continues. */
export const shortenText = (text: string, maxChars: number): string =>
  text.length <= maxChars ? text : `${text.slice(0, Math.max(0, maxChars - 1)).toWellFormed()}…`
