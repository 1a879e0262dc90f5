import { embeddingInput, fuseSearches } from '@inlet/search'
import type { Database } from '../database.js'
import type { OpenSearch } from '../search/open-search.js'
import { checkPhrases } from './collect-hits.js'
import { findNumbers, type Hit } from './find-hits.js'
import { findSimilar } from './find-similar.js'
import { readHitTexts } from './read-hit-texts.js'
import type { RecordFilter } from './record-row.js'
import type { QuestionVector } from './similar-parts.js'

/** What finds hits: words, vectors, or both. */
export type SearchMode = 'lexical' | 'vector' | 'hybrid'

/** A question that is also searched by meaning. */
export interface MeaningSearch extends QuestionVector {
  readonly mode: 'vector' | 'hybrid'
  /** The weight of ranks by meaning, where those by words weigh 1. */
  readonly weight: number
  /** Scores how well each of these texts answers the question, higher is better; null when no scores are available. */
  readonly rerank: ((texts: readonly string[]) => Promise<readonly number[] | null>) | null
}

/** A hit, and what found it. */
export interface FoundHit extends Hit {
  readonly matchedBy: readonly ('lexical' | 'vector')[]
  /** The part closest in meaning to the question, and the cosine between the two; null if only words found the record. */
  readonly closest: { readonly part: number; readonly score: number } | null
}

/** How many records are searched by meaning: in addition to words, and alone. */
const BESIDE_WORDS = 200
export const MAX_SIMILAR = 1_000

export const foundByWords = (hit: Hit): FoundHit => ({ ...hit, matchedBy: ['lexical'], closest: null })

export interface MeaningHits {
  readonly hits: readonly FoundHit[]
  readonly more: boolean
}

/** Returns records close in meaning to a question that also meet its strict parts. */
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

/** Fuses the hits by words and by meaning into one ranking; `trust` is how well words alone answer, see coverageOf. */
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

/** Parts found by words come first: their snippets show the words. */
const withMeaning = (known: FoundHit, similar: FoundHit): FoundHit => ({
  ...known,
  matchedBy: ['lexical', 'vector'],
  closest: similar.closest,
  parts: [...known.parts, ...similar.parts.filter(({ part }) => !known.parts.some((own) => own.part === part))],
})

/** How many of the best hits are reranked by an endpoint. */
const RERANKED = 50

/** Reorders the best hits by the scores of a reranking endpoint; null when it gives none. */
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
  // Fusion scores stay with their ranks: the endpoint's scores are on another scale.
  const order = best.map((hit, n) => ({ hit, rank: ranks[n] ?? 0 })).sort((a, b) => b.rank - a.rank)
  return [...order.map(({ hit }, n) => ({ ...hit, score: best[n]?.score ?? hit.score })), ...hits.slice(RERANKED)]
}
