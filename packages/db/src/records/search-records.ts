import { detectLanguage, makeSnippet, wordsOf } from '@inlet/search'
import type { Database } from '../database.js'
import { type OpenSearch, openSearch } from '../search/open-search.js'
import { collectHits, MAX_RANKED } from './collect-hits.js'
import { countFacets, type Facet } from './count-facets.js'
import { countWithin, type FetchedRecord, fetchRecords, measureRecords, type RecordFields } from './fetch-records.js'
import { findNumbers, type Hit } from './find-hits.js'
import { type HitOrder, orderHits, RERANKED } from './order-hits.js'
import { type HitText, readHitTexts } from './read-hit-texts.js'
import type { RecordFilter } from './record-row.js'
import { keepWalk, readWalk } from './walks.js'

/** Where a page begins: at the beginning; after the first page, which showed these; in a kept order. */
export type SearchPosition =
  | { readonly at: 'start' }
  | { readonly at: 'second'; readonly shown: ReadonlySet<string> }
  | { readonly at: 'walk'; readonly id: string; readonly from: number }

export interface RecordSearch {
  readonly question: string
  readonly filter: RecordFilter
  readonly order: HitOrder
  readonly position: SearchPosition
  readonly fields: RecordFields
  readonly facets: readonly string[]
  readonly snippets: boolean
  readonly explain: boolean
  readonly limit: number
  /** A page ends earlier when what is shown of its records exceeds this. */
  readonly maxBytes: number
}

/** A part of a record as a citation. */
export interface CitedChunk extends Omit<HitText, 'text'> {
  readonly score: number
  /** Where the words of the question stand; null without snippets. */
  readonly snippet: string | null
}

export interface RankedRecord extends FetchedRecord {
  readonly score: number
  readonly chunks: readonly CitedChunk[]
  /** What each word adds to the score, the most first; null unless asked for. */
  readonly why: readonly { readonly word: string; readonly weight: number }[] | null
}

export interface SearchRows {
  readonly records: readonly RankedRecord[]
  readonly next: SearchPosition | null
  /** Whether worse matches exist that no page reaches. */
  readonly truncated: boolean
  readonly facets: readonly Facet[]
  /** Words of the question that were left out because it has so many. */
  readonly dropped: number
  /** No record meets what must be there: these are the closest. They have one page. */
  readonly relaxed: boolean
}

/** A short name of a record, for cursors. */
export const shortName = ({ streamId, keyHash }: Pick<Hit, 'streamId' | 'keyHash'>): string =>
  `${keyHash.slice(0, 8)}${(streamId & 255).toString(16).padStart(2, '0')}`

/** Records that answer a question, best first. Null when the order that the position names is kept no longer. */
export const searchRecords = async (database: Database, request: RecordSearch): Promise<SearchRows | null> => {
  const search = await openSearch(database, request.question)
  if (request.position.at === 'walk') return walkOn(database, search, request, request.position)
  const found = await searchPage(database, search, request)
  if (found.records.length > 0 || request.position.at !== 'start') return found
  // Nobody is helped by nothing: what comes closest is shown, and the answer says what it is.
  const relaxed = search.relax()
  return relaxed === null ? found : { ...(await searchPage(database, relaxed, request)), relaxed: true, next: null }
}

const searchPage = async (database: Database, search: OpenSearch, request: RecordSearch): Promise<SearchRows> => {
  const { position, limit, filter } = request
  // The second page fixes the order of all that follow.
  const wanted =
    position.at === 'second' || request.facets.length > 0 ? MAX_RANKED : Math.max(limit + 1, RERANKED, request.order.sort === 'relevance' ? 0 : 1_000)
  const collected = await collectHits(database, search, filter, wanted)
  const ordered = await orderHits(database, search, collected.hits, request.order)
  const hits = position.at === 'second' ? ordered.filter((hit) => !position.shown.has(shortName(hit))) : ordered
  const records = await toPage(database, search, request, hits.slice(0, limit))
  const shown = hits.slice(0, records.length)
  const more = hits.length > records.length || collected.more
  return {
    records,
    next: more && shown.length > 0 ? await nextPosition(database, request, hits, shown) : null,
    truncated: collected.truncated || collected.hits.length >= MAX_RANKED,
    facets: await countFacets(database, collected.hits, request.facets),
    dropped: search.query.dropped,
    relaxed: false,
  }
}

const nextPosition = async (database: Database, { position }: RecordSearch, hits: readonly Hit[], shown: readonly Hit[]): Promise<SearchPosition> =>
  position.at === 'start'
    ? { at: 'second', shown: new Set(shown.map(shortName)) }
    : { at: 'walk', id: await keepWalk(database, hits), from: shown.length }

const walkOn = async (
  database: Database,
  search: OpenSearch,
  request: RecordSearch,
  { id, from }: { readonly id: string; readonly from: number },
): Promise<SearchRows | null> => {
  const walk = await readWalk(database, { id, from, limit: request.limit })
  if (walk === null) return null
  const numbers = await findNumbers(database, walk.hits)
  // Which parts of these answer best; a record that changed meanwhile may have none that does.
  const ranked = new Map(search.rank(MAX_RANKED, new Set(numbers.flat())).hits.map((hit) => [hit.record, hit]))
  const hits = walk.hits.map((hit, n): Hit => {
    const own = (numbers[n] ?? []).flatMap((number) => ranked.get(number) ?? [])[0]
    return { ...hit, record: own?.record ?? 0, parts: own?.parts ?? [{ part: 0, score: 0 }], fetchedAt: 0, occurredAt: null }
  })
  const count = countWithin(await measureRecords(database, hits, request.fields), request.limit, request.maxBytes)
  const records = await toPage(database, search, request, hits.slice(0, count))
  const next = from + count
  return {
    records: records.filter(({ deletedAt }) => request.filter.deleted !== 'exclude' || deletedAt === null),
    next: next < walk.total && count > 0 ? { at: 'walk', id, from: next } : null,
    truncated: false,
    facets: [],
    dropped: search.query.dropped,
    relaxed: false,
  }
}

const toPage = async (database: Database, search: OpenSearch, request: RecordSearch, hits: readonly Hit[]): Promise<readonly RankedRecord[]> => {
  const count = countWithin(await measureRecords(database, hits, request.fields), request.limit, request.maxBytes)
  const page = hits.slice(0, count)
  const records = new Map((await fetchRecords(database, page, request.fields)).map((record) => [`${record.streamId}-${record.keyHash}`, record]))
  const texts = await readHitTexts(database, page, 3)
  const why = request.explain ? search.explain(page) : null
  return page.flatMap((hit, n) => {
    const record = records.get(`${hit.streamId}-${hit.keyHash}`)
    if (record === undefined) return []
    const chunks = (texts[n]?.parts ?? []).map((part) => toCitation(part, hit, search, request.snippets))
    return [{ ...record, score: hit.score, chunks, why: why === null ? null : (why.get(hit.record) ?? []) }]
  })
}

const toCitation = ({ text, ...place }: HitText, { parts }: Hit, search: OpenSearch, snippets: boolean): CitedChunk => ({
  ...place,
  score: parts.find(({ part }) => part === place.ordinal)?.score ?? 0,
  snippet: snippets ? makeSnippet(text, search.query, search.weights, detectLanguage(wordsOf(text.slice(0, 4_000)))) : null,
})
