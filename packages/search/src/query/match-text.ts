import type { Language } from '@inlet/domain'
import { stemWord } from '../language/stem.js'
import type { Word } from '../text/words.js'
import type { QueryTerm, Requirement, WordSequence } from './query.js'

/** The words of a text in order, each with its stem. */
export interface ReadText {
  readonly words: readonly Word[]
  readonly stems: readonly string[]
}

export const readText = (words: readonly Word[], language: Language): ReadText => {
  const plain = words.filter(({ kind }) => kind === 'word')
  return { words: plain, stems: plain.map(({ text }) => stemWord(text, language)) }
}

/** Turkish stems end with a hard consonant; those of one letter begin with it: "cuma" becomes "ç". */
const SOFT: ReadonlyMap<string, string> = new Map([
  ['p', 'b'],
  ['t', 'd'],
  ['ç', 'c'],
])

const isPlainLetter = (code: number): boolean => code >= 0x61 && code <= 0x7a

/**
 * Returns a reader of texts that are only compared with these terms. Stemming takes most of the time that reading takes, and stemmers change no other
 * first letter without an accent than those above, so words that begin with a letter of none of the terms are left as they are.
 */
export const createTextReader = (terms: readonly QueryTerm[]): typeof readText => {
  const forms = terms.flatMap(({ word, variants }) => [word, ...variants])
  const initials = new Set(forms.flatMap((form) => [form, SOFT.get(form.charAt(0)) ?? form]).map((form) => form.charCodeAt(0)))
  const isOther = (code: number): boolean => isPlainLetter(code) && !initials.has(code)
  return (words, language) => {
    const plain = words.filter(({ kind }) => kind === 'word')
    return { words: plain, stems: plain.map(({ text }) => (isOther(text.charCodeAt(0)) ? text : stemWord(text, language))) }
  }
}

/** Whether the words occur in the text one after the other. */
export const holdsSequence = ({ words, stems }: ReadText, sequence: WordSequence): boolean => {
  for (let at = 0; at + sequence.length <= words.length; at += 1)
    if (sequence.every((term, n) => term.word === words[at + n]?.text || term.variants.includes(stems[at + n] ?? ''))) return true
  return false
}

export const meets = (text: ReadText, { anyOf }: Requirement): boolean => anyOf.some((sequence) => holdsSequence(text, sequence))
