import { detectLanguage, meets, type Query, type RankedHit, readText, wordsOf } from '@inlet/search'
import type { Database } from '../database.js'
import type { OpenSearch } from '../search/open-search.js'
import { findFiltered, findHits, type Hit } from './find-hits.js'
import { readHitTexts } from './read-hit-texts.js'
import { narrows, type RecordFilter } from './record-row.js'

/** The number of best hits that pages can reach; the result says if there are more. */
export const MAX_RANKED = 10_000
/** A filter passed by fewer records than this is applied before ranking. */
const MAX_FILTERED = 200_000
/** Enough for a first page under most filters; selecting 10,000 takes longer than scoring a million. */
const FIRST_RANKED = 1_000
const FIRST_CHUNK = 200
const PHRASE_CHUNK = 100

export interface CollectedHits {
  /** Best first; at least as many as wanted, if there are. */
  readonly hits: readonly Hit[]
  /** Whether more records match than these and those a longer collection would reach. */
  readonly truncated: boolean
  /** Whether a longer collection could find more. */
  readonly more: boolean
}

/** Returns the best records that pass the filter and meet the strict parts of the question. */
export const collectHits = async (
  database: Pick<Database, 'pool'>,
  search: OpenSearch,
  filter: RecordFilter,
  wanted: number,
): Promise<CollectedHits> => {
  if (wanted <= FIRST_RANKED) {
    const ranking = search.rank(FIRST_RANKED)
    const collected = await collect(database, { search, filter, ranked: ranking.hits, wanted })
    const { atLeast, atMost } = ranking.matches
    const truncated = atLeast > MAX_RANKED || atMost === Number.POSITIVE_INFINITY
    // In between, only ranking them all shows how many records there are.
    const isKnown = truncated || atMost <= MAX_RANKED
    if (isKnown && (collected.hits.length >= wanted || !ranking.more))
      return { hits: collected.hits, more: collected.more || ranking.more, truncated }
  }
  const ranking = search.rank(MAX_RANKED)
  const collected = await collect(database, { search, filter, ranked: ranking.hits, wanted })
  if (collected.hits.length >= wanted || !ranking.more || !narrows(filter)) return { ...collected, truncated: ranking.more }
  // The filter left too few of the best hits: rank again among the records that pass it.
  const within = await findFiltered(database, filter, MAX_FILTERED)
  if (within === null) return { ...collected, truncated: true }
  const narrow = search.rank(MAX_RANKED, within)
  return { ...(await collect(database, { search, filter, ranked: narrow.hits, wanted })), truncated: narrow.more }
}

interface Collecting {
  readonly search: OpenSearch
  readonly filter: RecordFilter
  readonly ranked: readonly RankedHit[]
  readonly wanted: number
}

const collect = async (
  database: Pick<Database, 'pool'>,
  { search, filter, ranked, wanted }: Collecting,
): Promise<{ readonly hits: readonly Hit[]; readonly more: boolean }> => {
  const hits: Hit[] = []
  const { needsText } = search.strict
  let chunk = needsText ? PHRASE_CHUNK : Math.max(FIRST_CHUNK, wanted)
  let at = 0
  while (at < ranked.length && hits.length < wanted) {
    const found = await findHits(database, ranked.slice(at, at + chunk), filter)
    hits.push(...(needsText ? await checkPhrases(database, found, search.query) : found))
    at += chunk
    if (!needsText) chunk *= 3
  }
  return { hits, more: at < ranked.length }
}

/** How many parts of one record are read at most to find a phrase. */
const MAX_PARTS_READ = 50

/** Keeps the hits whose texts contain the required phrases of a question and none of the excluded ones. */
export const checkPhrases = async (database: Pick<Database, 'pool'>, hits: readonly Hit[], query: Query): Promise<readonly Hit[]> => {
  const texts = await readHitTexts(database, hits, MAX_PARTS_READ)
  return hits.filter((_hit, n) => {
    const own = texts[n]
    if (own === null || own === undefined) return false
    const read = own.parts.map(({ text }) => {
      const words = wordsOf(`${own.title ?? ''}\n${own.key}\n${text}`)
      return readText(words, own.language ?? detectLanguage(words))
    })
    return (
      query.required.every((requirement) => read.some((text) => meets(text, requirement))) &&
      !query.excluded.some((one) => read.some((text) => meets(text, one)))
    )
  })
}
