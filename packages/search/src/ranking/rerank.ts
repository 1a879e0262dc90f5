import type { ReadText } from '../query/match-text.js'
import type { Query, QueryTerm } from '../query/query.js'
import { foldWord } from '../text/fold.js'
import { frequencyFactor } from './bm25.js'

/** How much words that are adjacent as in the question add, relative to the weight of the rarer of the two. */
const PROXIMITY = 0.4
const WINDOW = 3
/** How much a record adds that contains all words of a short question. */
const ALL_WORDS = 0.1
/** A title or key that equals the question, or for a path its last segment, is what was meant. */
const EXACT = 1

export interface RerankInput {
  readonly query: Query
  /** The weight of each word of the question. */
  readonly weights: ReadonlyMap<string, number>
  readonly question: string
  /** Terms not counted yet because they are so frequent. */
  readonly unread: readonly QueryTerm[]
  readonly meanLength: number
}

export interface RerankText extends ReadText {
  readonly title: string | null
  readonly key: string
}

/** Adds to the score of a hit what its text shows: adjacent words, all words, an exact title or key. Pure. */
export const rerankScore = (input: RerankInput, text: RerankText, score: number): number => {
  const question = foldWord(input.question.trim())
  const exact =
    question !== '' && [text.title?.trim() ?? '', text.key, text.key.slice(text.key.lastIndexOf('/') + 1)].some((name) => question === foldWord(name))
  return passageScore(input, text, score) + (exact ? EXACT * totalOf(input) : 0)
}

/** Adds to the score of a part of a record what its text shows. Pure. */
export const passageScore = (input: RerankInput, text: ReadText, score: number): number => {
  const { query, weights, unread, meanLength } = input
  const missing = unread.reduce(
    (sum, term) => sum + (weights.get(term.word) ?? 0) * frequencyFactor(countOf(term, text), text.words.length, meanLength),
    0,
  )
  return score + missing + PROXIMITY * proximity(query, weights, text) + (holdsAll(query, text) ? ALL_WORDS * totalOf(input) : 0)
}

const totalOf = ({ weights }: RerankInput): number => [...weights.values()].reduce((sum, weight) => sum + weight, 0)

const countOf = ({ word, variants }: QueryTerm, { words, stems }: ReadText): number =>
  stems.reduce((count, stem, n) => (variants.includes(stem) || words[n]?.text === word ? count + 1 : count), 0)

const holdsAll = ({ terms }: Query, { words, stems }: ReadText): boolean => {
  if (terms.length < 2) return false
  const present = new Set([...stems, ...words.map(({ text }) => text)])
  return terms.every(({ word, variants }) => present.has(word) || variants.some((variant) => present.has(variant)))
}

/** Returns the share of the question's total word weight that occurs in a text, from 0 to 1: how much of it words can answer there. */
export const wordCoverage = ({ query, weights }: Pick<RerankInput, 'query' | 'weights'>, { words, stems }: ReadText): number => {
  const present = new Set([...stems, ...words.map(({ text }) => text)])
  let total = 0
  let presentWeight = 0
  for (const { word, variants } of query.terms) {
    const weight = weights.get(word) ?? 0
    total += weight
    if (present.has(word) || variants.some((variant) => present.has(variant))) presentWeight += weight
  }
  return total === 0 ? 0 : presentWeight / total
}

/** Sums over adjacent words of the question how close they are in the text; more occurrences count more. */
const proximity = (query: Query, weights: ReadonlyMap<string, number>, text: ReadText): number => {
  const stemOf = new Map(query.terms.flatMap(({ word, variants }) => [word, ...variants].map((form) => [form, word])))
  const pairs = pairsOf(query, stemOf, weights)
  if (pairs.size === 0) return 0
  const seen = new Map<string, number>()
  const found = text.words.map(({ text: word }, n) => stemOf.get(word) ?? stemOf.get(text.stems[n] ?? ''))
  for (let n = 0; n < found.length; n += 1) {
    const first = found[n]
    if (first === undefined) continue
    for (let next = n + 1; next <= n + WINDOW && next < found.length; next += 1) {
      const pair = `${first} ${found[next]}`
      if (pairs.has(pair)) seen.set(pair, (seen.get(pair) ?? 0) + 1 / (next - n))
    }
  }
  return [...seen].reduce((sum, [pair, count]) => sum + ((pairs.get(pair) ?? 0) * count) / (count + 1), 0)
}

const pairsOf = (query: Query, stemOf: ReadonlyMap<string, string>, weights: ReadonlyMap<string, number>): ReadonlyMap<string, number> => {
  const pairs = new Map<string, number>()
  const words = query.order.map((word) => (word === null ? undefined : stemOf.get(word)))
  for (const [n, first] of words.entries()) {
    if (first === undefined) continue
    const second = words.slice(n + 1, n + 1 + WINDOW).find((word) => word !== undefined)
    if (second !== undefined && second !== first) pairs.set(`${first} ${second}`, Math.min(weights.get(first) ?? 0, weights.get(second) ?? 0))
  }
  return pairs
}
