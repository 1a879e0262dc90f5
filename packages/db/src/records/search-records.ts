import { detectLanguage, makeSnippet, passageScore, readText, wordCoverage, wordsOf } from '@inlet/search'
import type { Database } from '../database.js'
import { type OpenSearch, openSearch } from '../search/open-search.js'
import { type CollectedHits, collectHits, MAX_RANKED } from './collect-hits.js'
import { countFacets, type Facet } from './count-facets.js'
import { countWithin, type FetchedRecord, fetchRecords, measureRecords, type RecordFields } from './fetch-records.js'
import { findNumbers, type Hit } from './find-hits.js'
import { type FoundHit, findByMeaning, foundByWords, fuseHits, type MeaningSearch, rerankHits, type SearchMode } from './fuse-hits.js'
import { type HitOrder, orderHits, RERANKED, reorderHits } from './order-hits.js'
import { type HitText, type HitTexts, readHitTexts } from './read-hit-texts.js'
import type { RecordFilter } from './record-row.js'
import { readWalk, storeWalk } from './walks.js'

/** Where a page begins: at the start; after the first page, which showed these records; or within a stored ranking. */
export type SearchPosition =
  | { readonly at: 'start' }
  | { readonly at: 'second'; readonly shown: ReadonlySet<string> }
  | { readonly at: 'walk'; readonly id: string; readonly from: number }

export interface RecordSearch {
  readonly question: string
  /** Null: search by words alone. */
  readonly meaning: MeaningSearch | null
  readonly filter: RecordFilter
  readonly order: HitOrder
  readonly position: SearchPosition
  readonly fields: RecordFields
  readonly facets: readonly string[]
  readonly snippets: boolean
  readonly explain: boolean
  readonly limit: number
  /** A page ends early when what is shown of its records exceeds this size. */
  readonly maxBytes: number
}

/** A part of a record as a citation. */
export interface CitedChunk extends Omit<HitText, 'text'> {
  readonly score: number
  /** The text around the words of the question; null without snippets. */
  readonly snippet: string | null
}

export interface RankedRecord extends FetchedRecord {
  readonly score: number
  readonly matchedBy: FoundHit['matchedBy']
  /** The cosine between the question and the closest part; null if only words found the record. */
  readonly similarity: number | null
  readonly chunks: readonly CitedChunk[]
  /** What each word adds to the score, largest first; null unless requested. */
  readonly why: readonly { readonly word: string; readonly weight: number }[] | null
}

export interface SearchRows {
  /** How they were found; later pages keep the mode of the first ones. */
  readonly mode: SearchMode
  /** Whether an endpoint has reranked the best. */
  readonly reranked: boolean
  readonly records: readonly RankedRecord[]
  readonly next: SearchPosition | null
  /** Whether there are worse matches that no page reaches. */
  readonly truncated: boolean
  readonly facets: readonly Facet[]
  /** How many words of the question were left out because there were too many. */
  readonly dropped: number
  /** No record meets the required parts: these are the closest. They have one page. */
  readonly relaxed: boolean
}

/** Returns a short name of a record, for cursors. */
export const shortName = ({ streamId, keyHash }: Pick<Hit, 'streamId' | 'keyHash'>): string =>
  `${keyHash.slice(0, 8)}${(streamId & 255).toString(16).padStart(2, '0')}`

/** Searches for records that answer a question, best first. Returns null when the stored ranking that the position refers to has expired. */
export const searchRecords = async (database: Database, request: RecordSearch): Promise<SearchRows | null> => {
  const search = await openSearch(database, request.question)
  if (request.position.at === 'walk') return walkOn(database, search, request, request.position)
  const found = await searchPage(database, search, request)
  if (found.records.length > 0 || request.position.at !== 'start') return found
  // An empty result helps nobody: the closest records are shown, and the response says what they are.
  const relaxed = search.relax()
  return relaxed === null ? found : { ...(await searchPage(database, relaxed, request)), relaxed: true, next: null }
}

const searchPage = async (database: Database, search: OpenSearch, request: RecordSearch): Promise<SearchRows> => {
  const { position, limit, filter } = request
  // The second page fixes the order of all that follow.
  const wanted =
    position.at === 'second' || request.facets.length > 0 ? MAX_RANKED : Math.max(limit + 1, RERANKED, request.order.sort === 'relevance' ? 0 : 1_000)
  const collected = request.meaning?.mode === 'vector' ? NOTHING : await collectHits(database, search, filter, wanted)
  const found = await arrange(database, search, { request, hits: collected.hits })
  const ordered = found.hits
  const hits = position.at === 'second' ? ordered.filter((hit) => !position.shown.has(shortName(hit))) : ordered
  const records = await toPage(database, search, request, hits.slice(0, limit))
  const shown = hits.slice(0, records.length)
  const more = hits.length > records.length || collected.more
  return {
    mode: request.meaning?.mode ?? 'lexical',
    reranked: found.reranked,
    records,
    next: more && shown.length > 0 ? await nextPosition(database, request, hits, shown) : null,
    truncated: collected.truncated || collected.hits.length >= MAX_RANKED || (request.meaning?.mode === 'vector' && found.more),
    facets: await countFacets(database, ordered, request.facets),
    dropped: search.query.dropped,
    relaxed: false,
  }
}

const NOTHING: CollectedHits = { hits: [], truncated: false, more: false }

/** Orders hits as requested, by words, by meaning or by both. */
const arrange = async (
  database: Database,
  search: OpenSearch,
  { request: { meaning, filter, order }, hits }: { readonly request: RecordSearch; readonly hits: readonly Hit[] },
): Promise<{ readonly hits: readonly FoundHit[]; readonly more: boolean; readonly reranked: boolean }> => {
  if (meaning === null) return { hits: (await orderHits(database, search, hits, order)).map(foundByWords), more: false, reranked: false }
  const similar = await findByMeaning(database, search, { meaning, filter })
  const found = meaning.mode === 'vector' ? similar.hits : await withWords(database, search, { hits, similar: similar.hits, weight: meaning.weight })
  const reranked = meaning.rerank === null ? null : await rerankHits(database, found, meaning.rerank)
  return { hits: reorderHits(reranked ?? found, order), more: similar.more, reranked: reranked !== null }
}

const withWords = async (
  database: Database,
  search: OpenSearch,
  { hits, similar, weight }: { readonly hits: readonly Hit[]; readonly similar: readonly FoundHit[]; readonly weight: number },
): Promise<readonly FoundHit[]> => {
  const lexical = await orderHits(database, search, hits, { sort: 'relevance', recencyDays: null, now: 0 })
  return fuseHits(lexical, similar, { weight, trust: await coverageOf(database, search, lexical[0]) })
}

/** Returns how much of the question is covered by the best hit of its words. */
const coverageOf = async (database: Database, search: OpenSearch, best: Hit | undefined): Promise<number> => {
  const [texts] = best === undefined ? [] : await readHitTexts(database, [best], 1)
  if (texts === null || texts === undefined) return 0
  const words = wordsOf(`${texts.title ?? ''}\n${texts.key}\n${texts.parts[0]?.text ?? ''}`)
  return wordCoverage(search, readText(words, texts.language ?? detectLanguage(words)))
}

const nextPosition = async (
  database: Database,
  { position, meaning }: RecordSearch,
  hits: readonly FoundHit[],
  shown: readonly FoundHit[],
): Promise<SearchPosition> =>
  position.at === 'start'
    ? { at: 'second', shown: new Set(shown.map(shortName)) }
    : { at: 'walk', id: await storeWalk(database, meaning?.mode ?? 'lexical', hits), from: shown.length }

const walkOn = async (
  database: Database,
  search: OpenSearch,
  request: RecordSearch,
  { id, from }: { readonly id: string; readonly from: number },
): Promise<SearchRows | null> => {
  const walk = await readWalk(database, { id, from, limit: request.limit })
  if (walk === null) return null
  const numbers = await findNumbers(database, walk.hits)
  // Finds which parts of these answer best; a record that changed meanwhile may have none.
  const ranked = new Map(search.rank(MAX_RANKED, new Set(numbers.flat())).hits.map((hit) => [hit.record, hit]))
  const hits = walk.hits.map((hit, n): FoundHit => {
    const { closest } = hit
    const own = (numbers[n] ?? []).flatMap((number) => ranked.get(number) ?? [])[0]
    const byWords = own?.parts ?? (closest === null ? [{ part: 0, score: 0 }] : [])
    const parts = closest === null || byWords.some(({ part }) => part === closest.part) ? byWords : [...byWords, closest]
    return { ...hit, record: own?.record ?? 0, parts, fetchedAt: 0, occurredAt: null, share: 1 }
  })
  const count = countWithin(await measureRecords(database, hits, request.fields), request.limit, request.maxBytes)
  const records = await toPage(database, search, request, hits.slice(0, count))
  const next = from + count
  return {
    mode: walk.mode,
    reranked: false,
    records: records.filter(({ deletedAt }) => request.filter.deleted !== 'exclude' || deletedAt === null),
    next: next < walk.total && count > 0 ? { at: 'walk', id, from: next } : null,
    truncated: false,
    facets: [],
    dropped: search.query.dropped,
    relaxed: false,
  }
}

const toPage = async (database: Database, search: OpenSearch, request: RecordSearch, hits: readonly FoundHit[]): Promise<readonly RankedRecord[]> => {
  const count = countWithin(await measureRecords(database, hits, request.fields), request.limit, request.maxBytes)
  const page = hits.slice(0, count)
  const records = new Map((await fetchRecords(database, page, request.fields)).map((record) => [`${record.streamId}-${record.keyHash}`, record]))
  const texts = await readHitTexts(database, page, 3)
  const why = request.explain ? search.explain(page) : null
  return page.flatMap((hit, n) => {
    const record = records.get(`${hit.streamId}-${hit.keyHash}`)
    if (record === undefined) return []
    const own = texts[n]
    const chunks = own === null || own === undefined ? [] : toCitations(own, hit, { search, snippets: request.snippets })
    return [
      {
        ...record,
        score: hit.score,
        matchedBy: hit.matchedBy,
        similarity: hit.closest?.score ?? null,
        chunks,
        why: why === null ? null : (why.get(hit.record) ?? []),
      },
    ]
  })
}

/** Cites the parts found by words, ordered by how well their texts answer: the index does not know how words are combined. */
const toCitations = (
  { language, parts }: HitTexts,
  hit: FoundHit,
  { search, snippets }: { readonly search: OpenSearch; readonly snippets: boolean },
): readonly CitedChunk[] => {
  const cited = parts.map(({ text, ...place }) => {
    const words = wordsOf([...place.headings, text].join('\n'))
    const own = language ?? detectLanguage(words)
    const score = hit.parts.find(({ part }) => part === place.ordinal)?.score ?? 0
    return {
      ...place,
      score: hit.closest === null ? passageScore(search, readText(words, own), score) : score,
      snippet: snippets ? makeSnippet(text, search.query, search.weights, own) : null,
    }
  })
  return hit.closest === null ? cited.sort((a, b) => b.score - a.score || a.ordinal - b.ordinal) : cited
}
