import { type Language, STEMMED_LANGUAGES, type StemmedLanguage } from '@inlet/domain'
import { STOP_WORDS } from './stop-words.js'

const isLatin = (code: number): boolean => code >= 0x61 && code <= 0x7a
const isCyrillic = (code: number): boolean => code >= 0x04_00 && code <= 0x04_ff

/** For each word, the indexes of the languages in which it is a stop word. */
const languagesOf = new Map<string, number[]>()
const stopWords = new Map<Language, ReadonlySet<string>>()
for (const [n, language] of STEMMED_LANGUAGES.entries()) {
  const words = STOP_WORDS[language].split(' ')
  stopWords.set(language, new Set(words))
  for (const word of new Set(words)) languagesOf.set(word, [...(languagesOf.get(word) ?? []), n])
}

const longest = Math.max(...[...languagesOf.keys()].map((word) => word.length))

/** Whether a folded word is a stop word in this language. */
export const isStopWord = (word: string, language: Language): boolean => stopWords.get(language)?.has(word) ?? false

/** Whether it is a stop word in any of these languages. */
export const isStopWordOf = (word: string, languages: readonly Language[]): boolean => languages.some((language) => isStopWord(word, language))

const SAMPLE = 300
/** How many stop words that no other language has, or shares of common ones, a text needs before it counts as not English. */
const MIN_EVIDENCE = 1.2
const LEAD = 1.2

/**
 * Returns the language with the most stop words among the first words. With too few of them, the script decides, and Latin letters mean
 * English: identifiers, names and headings usually accompany English text.
 */
export const detectLanguage = (words: readonly { readonly text: string }[]): Language => {
  const counts = new Float64Array(STEMMED_LANGUAGES.length)
  let cyrillic = 0
  let latin = 0
  const sample = Math.min(words.length, SAMPLE)
  for (let n = 0; n < sample; n += 1) {
    const text = words[n]?.text ?? ''
    const first = text.charCodeAt(0)
    if (isLatin(first)) latin += 1
    else if (isCyrillic(first)) cyrillic += 1
    // A word of several languages is weaker evidence for each of them: `die` is an article in German and a verb in English.
    const owners = text.length > longest ? undefined : languagesOf.get(text)
    if (owners !== undefined) for (const owner of owners) counts[owner] = (counts[owner] ?? 0) + 1 / owners.length
  }
  if (cyrillic > latin) return 'ru'
  if (latin === 0) return 'simple'
  return mostFrequent(counts)
}

const mostFrequent = (counts: Float64Array): StemmedLanguage => {
  let best = 0
  for (let n = 1; n < counts.length; n += 1) if ((counts[n] ?? 0) > (counts[best] ?? 0)) best = n
  const evidence = counts[best] ?? 0
  return evidence >= MIN_EVIDENCE && evidence > (counts[0] ?? 0) * LEAD ? (STEMMED_LANGUAGES[best] ?? 'en') : 'en'
}
