import type { Language, StemmedLanguage } from '@inlet/domain'
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
import { toOwnText } from '../text/fold.js'
import { isStopWord } from './detect-language.js'

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

/** A word as a language reduces it. */
export interface Lexeme {
  readonly stem: string
  /** Whether it is a stop word. */
  readonly stop: boolean
}

/** Recently used words. The words of a language repeat, so most are found here. */
const MAX_CACHED = 100_000
const caches = new Map<Language, Map<string, Lexeme>>()
const LONGEST_STEMMED = 40
const LETTERS = /^[\p{L}']{3,}$/u

/** Numbers, codes and hashes hardly repeat; cached, they would evict the words of a language. */
const isOwnStem = (word: string): boolean => {
  if (word.length > LONGEST_STEMMED) return true
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at)
    if (code >= 0x30 && code <= 0x39) return true
  }
  return false
}

/** Returns the stem of a folded word, and whether it is a stop word; words with digits, and long ones, are their own stems. */
export const lexemeOf = (word: string, language: Language): Lexeme => {
  if (isOwnStem(word)) return { stem: word, stop: false }
  let cache = caches.get(language)
  if (cache === undefined || cache.size >= MAX_CACHED) {
    cache = new Map()
    caches.set(language, cache)
  }
  const known = cache.get(word)
  if (known !== undefined) return known
  const own = toOwnText(word)
  const stem = language !== 'simple' && LETTERS.test(own) ? STEMMERS[language](own) || own : own
  const lexeme = { stem, stop: isStopWord(own, language) }
  cache.set(own, lexeme)
  return lexeme
}

export const stemWord = (word: string, language: Language): string => lexemeOf(word, language).stem
