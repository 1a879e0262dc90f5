import type { Language } from '@inlet/domain'
import { termOf } from '../analysis/analyze.js'
import { detectLanguage, isStopWord } from '../language/detect-language.js'
import { wordsOf } from '../text/words.js'
import type { Query, QueryTerm, Requirement, WordSequence } from './query.js'
import { otherSpellings, type WrittenWord } from './spellings.js'
import { type Clause, splitClauses } from './split-clauses.js'

/** No more words than these are read from the index: a question of 10,000 characters is a text. */
export const MAX_TERMS = 160
/** How much a repeated word in a question adds, relative to the first occurrence. */
const REPEATED = 0.6
/** Pairs of characters and parts of camel-case identifiers mean less than words. */
const PART_WEIGHT = 0.5

/** In a longer sentence, quotes cite: a phrase is what it is about, not what every result must contain. */
const MAX_STRICT = 4

/** Interprets a question for records in these languages. Pure. */
export const parseQuery = (question: string, languages: readonly Language[]): Query => {
  const clauses = loosenCitations(splitClauses(question))
  const own = ownLanguage(clauses)
  const searched = [...new Set<Language>([own, ...languages, 'simple'])]
  const positive = clauses.filter(({ mode }) => mode !== 'not').flatMap(({ text }) => writtenWords(text))
  const significant = positive.filter((word) => word.kind !== 'word' || !isStopWord(word.text, own))
  const counted = significant.some(({ kind }) => kind === 'word') ? significant : positive
  const terms = countTerms(counted, searched)
  return {
    terms: terms.slice(0, MAX_TERMS),
    dropped: Math.max(0, terms.length - MAX_TERMS),
    required: requirementsOf(clauses, searched),
    excluded: clauses.filter(({ mode }) => mode === 'not').flatMap((clause) => toRequirement([clause], searched)),
    order: positive.filter(({ kind }) => kind === 'word').map(({ text }) => (isStopWord(text, own) ? null : text)),
  }
}

const loosenCitations = (clauses: readonly Clause[]): readonly Clause[] => {
  const plain = clauses.filter(({ mode, phrase }) => mode === 'may' && !phrase).length
  return plain <= MAX_STRICT
    ? clauses
    : clauses.map((clause) => (clause.phrase && clause.mode === 'must' && !clause.signed ? { ...clause, mode: 'may' } : clause))
}

const ownLanguage = (clauses: readonly Clause[]): Language => {
  const language = detectLanguage(clauses.flatMap(({ text }) => wordsOf(text)))
  return language === 'simple' ? 'en' : language
}

/** Returns one term for each word, however it is written. If there are too many, longer ones come first, because they mean more. */
const countTerms = (words: readonly WrittenWord[], languages: readonly Language[]): readonly QueryTerm[] => {
  const counts = new Map<string, { readonly word: WrittenWord; count: number }>()
  for (const word of words) {
    const known = counts.get(word.text)
    if (known === undefined) counts.set(word.text, { word, count: 1 })
    else known.count += 1
  }
  const terms = mergeForms([...counts.values()].map(({ word, count }) => ({ ...toTerm(word, languages), count })))
  return terms.length <= MAX_TERMS ? terms : [...terms].sort((a, b) => b.weight - a.weight || b.word.length - a.word.length)
}

interface CountedTerm extends QueryTerm {
  readonly count: number
}

/** Forms of one word ("retrieve", "retrieval") count as one that occurs more often. */
const mergeForms = (terms: readonly CountedTerm[]): readonly QueryTerm[] => {
  const merged = new Map<string, CountedTerm>()
  for (const term of terms) {
    const stem = term.variants[0] ?? term.word
    const known = merged.get(stem)
    if (known === undefined) merged.set(stem, term)
    else merged.set(stem, { ...known, count: known.count + term.count, variants: [...new Set([...known.variants, ...term.variants])] })
  }
  return [...merged.values()].map(({ count, ...term }) => ({ ...term, weight: term.weight * count ** REPEATED }))
}

const writtenWords = (text: string): readonly WrittenWord[] => wordsOf(text).map((word) => ({ ...word, written: text.slice(word.start, word.end) }))

const toTerm = (word: WrittenWord, languages: readonly Language[]): QueryTerm => ({
  word: word.text,
  variants: [
    ...new Set([word.text, ...otherSpellings(word, languages)].flatMap((text) => languages.map((language) => termOf({ ...word, text }, language)))),
  ],
  weight: word.kind === 'part' ? PART_WEIGHT : 1,
})

const requirementsOf = (clauses: readonly Clause[], languages: readonly Language[]): readonly Requirement[] =>
  groupByOr(clauses.filter(({ mode }) => mode !== 'not'))
    .filter((group) => group.length > 1 || group[0]?.mode === 'must')
    .flatMap((group) => toRequirement(group, languages))

const groupByOr = (clauses: readonly Clause[]): readonly (readonly Clause[])[] => {
  const groups: Clause[][] = []
  for (const clause of clauses) {
    const last = groups.at(-1)
    if (clause.or && last !== undefined) last.push(clause)
    else groups.push([clause])
  }
  return groups
}

/** Returns none when there is nothing in it to search for. */
const toRequirement = (group: readonly Clause[], languages: readonly Language[]): readonly Requirement[] => {
  const anyOf = group
    .map(
      ({ text }): WordSequence =>
        writtenWords(text)
          .filter(({ kind }) => kind === 'word')
          .map((word) => toTerm(word, languages)),
    )
    .filter((sequence) => sequence.length > 0)
  return anyOf.length === 0 ? [] : [{ anyOf }]
}
