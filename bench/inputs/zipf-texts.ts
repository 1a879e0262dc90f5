import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { createRandom, createZipfWords } from './zipf-words.js'

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
 * Writes an NDJSON file of texts of about 1 KB (`id`, `title`, `text`) whose words are distributed as those of natural language are. The same file for
 * the same number.
 */
export const writeZipfTexts = async (file: string, texts: number): Promise<TextsFile> => {
  const draw = createZipfWords(createRandom(20_261_129))
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
