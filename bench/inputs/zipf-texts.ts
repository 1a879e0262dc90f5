import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

const VOCABULARY = 300_000
const WORDS_PER_TEXT = 145
const QUESTION_WORDS = 9
/** One question is taken from each so many texts. */
const QUESTION_EVERY = 1_009

export interface TextsFile {
  readonly texts: number
  /** Average bytes of a text. */
  readonly bytesPerText: number
  /** Nine consecutive words of a text each, as frequent or rare as words of texts are. */
  readonly questions: readonly string[]
}

/**
 * Writes an NDJSON file of texts of about 1 KB (`id`, `title`, `text`) whose words are distributed as those of natural language are (Zipf's
 * law: the n-th most frequent word is 1/n as frequent as the first). The same file for the same number.
 */
export const writeZipfTexts = async (file: string, texts: number): Promise<TextsFile> => {
  const random = createRandom(20_261_129)
  const words = Array.from({ length: VOCABULARY }, (_, rank) => wordOf(rank))
  const draw = (): string => words[Math.min(VOCABULARY - 1, Math.floor(Math.exp(random() * Math.log(VOCABULARY))) - 1)] ?? ''
  const questions: string[] = []
  let bytes = 0
  const out = createWriteStream(file, { highWaterMark: 1_048_576 })
  for (let n = 0; n < texts; n += 1) {
    const drawn = Array.from({ length: WORDS_PER_TEXT }, draw)
    const text = drawn.join(' ')
    bytes += text.length
    if (n % QUESTION_EVERY === 0) questions.push(drawn.slice(20, 20 + QUESTION_WORDS).join(' '))
    if (!out.write(`${JSON.stringify({ id: n, title: drawn.slice(0, 5).join(' '), text })}\n`)) await once(out, 'drain')
  }
  out.end()
  await finished(out)
  return { texts, bytesPerText: Math.round(bytes / texts), questions }
}

const SYLLABLES = ['ka', 'lo', 'mi', 'ter', 'an', 'so', 'ri', 'ven', 'du', 'pel', 'ga', 'ston', 'fe', 'bur', 'il', 'no']

/** A word for each rank, short for frequent ones. */
const wordOf = (rank: number): string => {
  let word = ''
  for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) word += SYLLABLES[rest % SYLLABLES.length] ?? ''
  return word
}

/** Numbers from 0 to 1, always the same for the same seed (mulberry32). */
const createRandom = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
