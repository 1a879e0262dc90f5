import type { Language } from '@inlet/domain'
import { lexemeOf, stemWord } from '../language/stem.js'
import { IN_TEXT, IN_TITLE, MAX_TITLE, titleCount } from '../postings/norms.js'
import type { Word } from '../text/words.js'
import { wordsOf } from '../text/words.js'

/** A document as the index stores it. */
export interface AnalyzedDocument {
  /** How often each term occurs in title and text; see countOf. */
  readonly terms: ReadonlyMap<string, number>
  /** Number of words in the text that are not stop words. */
  readonly length: number
}

/** A longer term, in bytes, would not fit the format; no one types it. */
export const MAX_TERM = 120

/** Returns the term under which a word of a text or a question is found. */
export const termOf = (word: Word, language: Language): string => (word.kind === 'whole' ? wholeTerm(word) : stemWord(word.text, language))

const wholeTerm = ({ text }: Word): string => text.slice(0, MAX_TERM)

/** Counts the terms of a text and of what is above it (title, headings). */
export const analyzeDocument = (title: string, words: readonly Word[], language: Language): AnalyzedDocument => {
  const terms = new Map<string, number>()
  let length = 0
  for (const word of words) {
    const { stem, stop } = word.kind === 'whole' ? { stem: wholeTerm(word), stop: true } : lexemeOf(word.text, language)
    terms.set(stem, (terms.get(stem) ?? 0) + IN_TEXT)
    if (!stop && word.kind === 'word') length += 1
  }
  for (const word of wordsOf(title)) {
    const term = termOf(word, language)
    const count = terms.get(term) ?? 0
    if (titleCount(count) < MAX_TITLE) terms.set(term, count + IN_TITLE)
  }
  return { terms, length }
}
