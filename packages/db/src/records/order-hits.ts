import { createTextReader, detectLanguage, rerankScore, wordsOf } from '@inlet/search'
import type { Database } from '../database.js'
import type { OpenSearch } from '../search/open-search.js'
import type { Hit } from './find-hits.js'
import { readHitTexts } from './read-hit-texts.js'

/** How many of the best hits are reranked by their texts. */
export const RERANKED = 100
const DAY_MS = 86_400_000

export interface HitOrder {
  readonly sort: 'relevance' | 'occurredAt' | 'fetchedAt'
  /** Age in days at which the effect of recency has dropped by half; null: age does not matter. */
  readonly recencyDays: number | null
  readonly now: number
}

/** Orders hits by relevance, or the best of them by time. */
export const orderHits = async (
  database: Pick<Database, 'pool'>,
  search: OpenSearch,
  hits: readonly Hit[],
  order: HitOrder,
): Promise<readonly Hit[]> => {
  if (order.sort !== 'relevance') return byTime(hits, order.sort)
  const ranked = byScore(hits)
  const reranked = await rerank(database, search, ranked.slice(0, RERANKED))
  return reorderHits([...byScore(reranked), ...ranked.slice(RERANKED)], order)
}

/** Reorders hits already ranked by relevance: by time, or with scores reduced by age. */
export const reorderHits = <T extends Hit>(hits: readonly T[], { sort, recencyDays, now }: HitOrder): readonly T[] => {
  if (sort !== 'relevance') return byTime(hits, sort)
  if (recencyDays === null) return hits
  return byScore(hits.map((hit) => ({ ...hit, score: hit.score * recency(hit, recencyDays, now) })))
}

const byScore = <T extends Hit>(hits: readonly T[]): readonly T[] =>
  [...hits].sort((a, b) => b.score - a.score || b.fetchedAt - a.fetchedAt || a.streamId - b.streamId || (a.keyHash < b.keyHash ? -1 : 1))

const byTime = <T extends Hit>(hits: readonly T[], sort: 'occurredAt' | 'fetchedAt'): readonly T[] =>
  hits.filter((hit) => hit[sort] !== null).sort((a, b) => (b[sort] ?? 0) - (a[sort] ?? 0) || b.score - a.score || a.record - b.record)

/** Between one half and one: age alone never hides a relevant hit. */
const recency = ({ occurredAt, fetchedAt }: Hit, halfLife: number, now: number): number =>
  0.5 + 0.5 * 0.5 ** (Math.max(0, now - (occurredAt ?? fetchedAt)) / DAY_MS / halfLife)

const rerank = async (database: Pick<Database, 'pool'>, search: OpenSearch, hits: readonly Hit[]): Promise<readonly Hit[]> => {
  const texts = await readHitTexts(database, hits, 1)
  const read = createTextReader(search.query.terms)
  return hits.map((hit, n) => {
    const own = texts[n]
    if (own === null || own === undefined) return hit
    const words = wordsOf(`${own.title ?? ''}\n${own.parts[0]?.text ?? ''}`)
    const text = { ...read(words, own.language ?? detectLanguage(words)), title: own.title, key: own.key }
    return { ...hit, score: hit.share * rerankScore(search, text, hit.score / hit.share) }
  })
}
