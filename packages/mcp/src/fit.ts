/** No answer is larger than this in bytes of JSON: a reader's window is small. */
export const MAX_ANSWER_BYTES = 32_000

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value), 'utf8')

/**
 * The longest answer that fits: texts are shortened first, then lists lose their end. `shorten` gives the answer with texts of at
 * most so many characters, `drop` the answer without its last items; what it gives must itself say that something is missing.
 */
export const fitAnswer = <T>(shorten: (maxChars: number) => T, drop: (answer: T, count: number) => T): T => {
  for (const maxChars of [8_000, 4_000, 2_000, 1_000, 500, 240]) {
    const answer = shorten(maxChars)
    if (bytesOf(answer) <= MAX_ANSWER_BYTES) return answer
  }
  let answer = shorten(240)
  for (let count = 1; bytesOf(answer) > MAX_ANSWER_BYTES && count < 100; count += 1) answer = drop(shorten(240), count)
  return answer
}

/** The beginning of a text that fits in so many characters; says that it goes on. */
export const shortenText = (text: string, maxChars: number): string =>
  text.length <= maxChars ? text : `${text.slice(0, Math.max(0, maxChars - 1)).toWellFormed()}…`
