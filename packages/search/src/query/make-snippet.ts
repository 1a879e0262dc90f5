import type { Language } from '@inlet/domain'
import { stemWord } from '../language/stem.js'
import { isDigest } from '../text/searchable-text.js'
import { type Word, wordsOf } from '../text/words.js'
import type { Query } from './query.js'

const WINDOW = 28
const FRAGMENTS = 2
const MAX_CHARACTERS = 20_000
const BEFORE = 6

/** Returns where the words of the question occur in a text, between ** and **; the beginning when none does, null for an empty text. */
export const makeSnippet = (text: string, query: Query, weights: ReadonlyMap<string, number>, language: Language): string | null => {
  const own = text.slice(0, MAX_CHARACTERS)
  const wordOf = new Map(query.terms.flatMap(({ word, variants }) => [word, ...variants].map((form) => [form, word])))
  const words = wordsOf(own).filter(({ kind, text: word }) => kind !== 'part' && (!isDigest(word) || wordOf.has(word)))
  if (words.length === 0) return null
  const found = words.map(({ text: word, kind }) => wordOf.get(word) ?? (kind === 'word' ? wordOf.get(stemWord(word, language)) : undefined))
  const fragments = chooseFragments(found, weights)
  if (fragments.length === 0) return own.slice(0, words[Math.min(words.length, WINDOW) - 1]?.end).trim()
  return fragments.map((from) => markWords(own, { words, found, from })).join(' … ')
}

/** Chooses the windows with the most matches, in the order of the text. */
const chooseFragments = (found: readonly (string | undefined)[], weights: ReadonlyMap<string, number>): readonly number[] => {
  const chosen: number[] = []
  const shown = new Set<string>()
  for (let n = 0; n < FRAGMENTS; n += 1) {
    let best = -1
    let bestValue = 0
    for (const [at, word] of found.entries()) {
      if (word === undefined || chosen.some((from) => at > from - WINDOW && at < from + WINDOW)) continue
      const value = valueOf(found.slice(at, at + WINDOW), weights, shown)
      if (value > bestValue) [best, bestValue] = [at, value]
    }
    if (best === -1) break
    chosen.push(best)
    for (const word of found.slice(best, best + WINDOW)) if (word !== undefined) shown.add(word)
  }
  return chosen.map((at) => Math.max(0, at - BEFORE)).sort((a, b) => a - b)
}

const valueOf = (window: readonly (string | undefined)[], weights: ReadonlyMap<string, number>, shown: ReadonlySet<string>): number => {
  let value = 0
  for (const word of new Set(window)) if (word !== undefined && !shown.has(word)) value += weights.get(word) ?? 1
  return value
}

interface Fragment {
  readonly words: readonly Word[]
  readonly found: readonly (string | undefined)[]
  readonly from: number
}

const markWords = (text: string, { words, found, from }: Fragment): string => {
  const to = Math.min(words.length, from + WINDOW)
  let at = words[from]?.start ?? 0
  let out = ''
  for (let n = from; n < to; n += 1) {
    const word = words[n]
    if (word === undefined || found[n] === undefined || word.start < at) continue
    out += `${text.slice(at, word.start)}**${text.slice(word.start, word.end)}**`
    at = word.end
  }
  return (out + text.slice(at, Math.max(at, words[to - 1]?.end ?? at))).trim()
}
