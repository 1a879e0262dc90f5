import { embeddingInput, fuseSearches } from '@inlet/search'
import type { Database } from '../database.js'
import type { OpenSearch } from '../search/open-search.js'
import { checkPhrases } from './collect-hits.js'
import { findNumbers, type Hit } from './find-hits.js'
import { findSimilar } from './find-similar.js'
import { readHitTexts } from './read-hit-texts.js'
import type { RecordFilter } from './record-row.js'
import type { QuestionVector } from './similar-parts.js'

/** What looks for hits: words, vectors, or both. */
export type SearchMode = 'lexical' | 'vector' | 'hybrid'

/** A question that is also asked by its meaning. */
export interface MeaningSearch extends QuestionVector {
  readonly mode: 'vector' | 'hybrid'
  /** What ranks by meaning count, where those by words count 1. */
  readonly weight: number
  /** How well each of these texts answers the question, the higher the better; null when nobody can say. */
  readonly rerank: ((texts: readonly string[]) => Promise<readonly number[] | null>) | null
}

/** A hit, and what found it. */
export interface FoundHit extends Hit {
  readonly matchedBy: readonly ('lexical' | 'vector')[]
  /** The part that is closest to what the question means, and the cosine between the two; null where only words found it. */
  readonly closest: { readonly part: number; readonly score: number } | null
}

/** So many records are looked for by meaning: beside words, and alone. */
const BESIDE_WORDS = 200
export const MAX_SIMILAR = 1_000

export const foundByWords = (hit: Hit): FoundHit => ({ ...hit, matchedBy: ['lexical'], closest: null })

export interface MeaningHits {
  readonly hits: readonly FoundHit[]
  readonly more: boolean
}

/** Records that are close to what a question means, and meet its strict parts. */
export const findByMeaning = async (
  database: Pick<Database, 'pool' | 'transaction'>,
  search: OpenSearch,
  { meaning, filter }: { readonly meaning: MeaningSearch; readonly filter: RecordFilter },
): Promise<MeaningHits> => {
  const { hits, more } = await findSimilar(database, meaning, { filter, limit: meaning.mode === 'hybrid' ? BESIDE_WORDS : MAX_SIMILAR })
  const met = await meetingStrictParts(database, search, hits)
  return { hits: met.map((hit) => ({ ...hit, matchedBy: ['vector'], closest: hit.parts[0] ?? null })), more }
}

const meetingStrictParts = async (database: Pick<Database, 'pool'>, search: OpenSearch, hits: readonly Hit[]): Promise<readonly Hit[]> => {
  const { allows, needsText } = search.strict
  if (allows === null && !needsText) return hits
  const numbers = allows === null ? [] : await findNumbers(database, hits)
  const allowed = allows === null ? hits : hits.filter((_hit, n) => (numbers[n] ?? []).some(allows))
  return needsText ? checkPhrases(database, allowed, search.query) : allowed
}

const nameOf = ({ streamId, keyHash }: Hit): string => `${streamId}-${keyHash}`

/** The hits of words and of meaning as one order; `trust` is how well words alone answer, see coverageOf. */
export const fuseHits = (
  lexical: readonly Hit[],
  similar: readonly FoundHit[],
  { weight, trust }: { readonly weight: number; readonly trust: number },
): readonly FoundHit[] => {
  const byName = new Map<string, FoundHit>(lexical.map((hit) => [nameOf(hit), foundByWords(hit)]))
  for (const hit of similar) {
    const known = byName.get(nameOf(hit))
    byName.set(nameOf(hit), known === undefined ? hit : withMeaning(known, hit))
  }
  return fuseSearches(lexical.map(nameOf), similar.map(nameOf), { weight, trust }).flatMap(({ name, score }) => {
    const hit = byName.get(name)
    return hit === undefined ? [] : [{ ...hit, score }]
  })
}

/** The parts that words found come first: their snippets show the words. */
const withMeaning = (known: FoundHit, similar: FoundHit): FoundHit => ({
  ...known,
  matchedBy: ['lexical', 'vector'],
  closest: similar.closest,
  parts: [...known.parts, ...similar.parts.filter(({ part }) => !known.parts.some((own) => own.part === part))],
})

/** So many of the best are ordered again by an endpoint for that. */
const RERANKED = 50

/** The best hits in the order that an endpoint gives them; null when it does not. */
export const rerankHits = async (
  database: Pick<Database, 'pool'>,
  hits: readonly FoundHit[],
  rerank: NonNullable<MeaningSearch['rerank']>,
): Promise<readonly FoundHit[] | null> => {
  const best = hits.slice(0, RERANKED)
  if (best.length < 2) return null
  const read = await readHitTexts(database, best, 1)
  const texts = read.map((own) =>
    own === null ? '' : embeddingInput({ title: own.title, headings: own.parts[0]?.headings ?? [], text: own.parts[0]?.text ?? '' }),
  )
  const ranks = await rerank(texts)
  if (ranks === null) return null
  // Scores of the fusion stay with their places: those of the endpoint are of another kind.
  const order = best.map((hit, n) => ({ hit, rank: ranks[n] ?? 0 })).sort((a, b) => b.rank - a.rank)
  return [...order.map(({ hit }, n) => ({ ...hit, score: best[n]?.score ?? hit.score })), ...hits.slice(RERANKED)]
}
