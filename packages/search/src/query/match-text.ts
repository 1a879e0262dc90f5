import type { Language } from '@inlet/domain'
import { stemWord } from '../language/stem.js'
import type { Word } from '../text/words.js'
import type { Requirement, WordSequence } from './query.js'

/** The words of a text in order, each with its stem. */
export interface ReadText {
  readonly words: readonly Word[]
  readonly stems: readonly string[]
}

export const readText = (words: readonly Word[], language: Language): ReadText => {
  const plain = words.filter(({ kind }) => kind === 'word')
  return { words: plain, stems: plain.map(({ text }) => stemWord(text, language)) }
}

/** Whether the words occur in the text one after the other. */
export const holdsSequence = ({ words, stems }: ReadText, sequence: WordSequence): boolean => {
  for (let at = 0; at + sequence.length <= words.length; at += 1)
    if (sequence.every((term, n) => term.word === words[at + n]?.text || term.variants.includes(stems[at + n] ?? ''))) return true
  return false
}

export const meets = (text: ReadText, { anyOf }: Requirement): boolean => anyOf.some((sequence) => holdsSequence(text, sequence))
