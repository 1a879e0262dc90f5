import { stemmer as danish } from '@orama/stemmers/danish'
import { stemmer as dutch } from '@orama/stemmers/dutch'
import { stemmer as finnish } from '@orama/stemmers/finnish'
import { stemmer as french } from '@orama/stemmers/french'
import { stemmer as german } from '@orama/stemmers/german'
import { stemmer as hungarian } from '@orama/stemmers/hungarian'
import { stemmer as italian } from '@orama/stemmers/italian'
import { stemmer as norwegian } from '@orama/stemmers/norwegian'
import { stemmer as portuguese } from '@orama/stemmers/portuguese'
import { stemmer as russian } from '@orama/stemmers/russian'
import { stemmer as spanish } from '@orama/stemmers/spanish'
import { stemmer as swedish } from '@orama/stemmers/swedish'
import { stemmer as turkish } from '@orama/stemmers/turkish'
import { stem as english } from 'porter2'
import { isStopWord } from './detect-language.js'
import type { Language, StemmedLanguage } from './language.js'

const STEMMERS: Readonly<Record<StemmedLanguage, (word: string) => string>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  it: italian,
  pt: portuguese,
  nl: dutch,
  sv: swedish,
  da: danish,
  no: norwegian,
  fi: finnish,
  hu: hungarian,
  ru: russian,
  tr: turkish,
}

/** What a language makes of a word. */
export interface Lexeme {
  readonly stem: string
  /** Whether it says next to nothing. */
  readonly stop: boolean
}

/** Words met last. Those of a language repeat: most are found here. */
const MAX_CACHED = 100_000
const caches = new Map<Language, Map<string, Lexeme>>()
const LETTERS = /^[\p{L}']{3,40}$/u

/** Stem of a folded word, and whether it is a stop word; words with digits, and long ones, are their own stems. */
export const lexemeOf = (word: string, language: Language): Lexeme => {
  let cache = caches.get(language)
  if (cache === undefined || cache.size >= MAX_CACHED) {
    cache = new Map()
    caches.set(language, cache)
  }
  const known = cache.get(word)
  if (known !== undefined) return known
  const stem = language !== 'simple' && LETTERS.test(word) ? STEMMERS[language](word) || word : word
  const lexeme = { stem, stop: isStopWord(word, language) }
  cache.set(word, lexeme)
  return lexeme
}

export const stemWord = (word: string, language: Language): string => lexemeOf(word, language).stem
