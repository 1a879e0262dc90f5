import { type BrowsedItem, type BrowseQuestion, cacheBrowsed, findBrowsed } from '@inlet/db'
import type { BrowseDeps } from './browse.js'

export interface CacheState {
  readonly state: 'hit' | 'miss' | 'refreshed'
  readonly fetchedAt: Date
  readonly expiresAt: Date
}

export const toCacheView = ({ state, fetchedAt, expiresAt }: CacheState) => ({
  state,
  fetchedAt: fetchedAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
})

/** The kept answer, or that of the source, which is kept for the next time. What fails is not kept. */
export const keepAnswer = async <Answer>(
  { database, ttlSeconds }: BrowseDeps,
  question: BrowseQuestion,
  { refresh, ask }: { readonly refresh: boolean; readonly ask: () => Promise<Answer> },
): Promise<{ readonly answer: Answer; readonly cache: CacheState }> => {
  const kept = refresh ? null : await findBrowsed<Answer>(database, question)
  if (kept !== null) return { answer: kept.answer, cache: toState('hit', kept) }
  const answer = await ask()
  const now = new Date()
  const stored = ttlSeconds === 0 ? null : await cacheBrowsed(database, question, { answer, ttlSeconds })
  return { answer, cache: toState(refresh ? 'refreshed' : 'miss', stored ?? { fetchedAt: now, expiresAt: now }) }
}

const toState = (state: CacheState['state'], { fetchedAt, expiresAt }: Pick<BrowsedItem<unknown>, 'fetchedAt' | 'expiresAt'>): CacheState => ({
  state,
  fetchedAt,
  expiresAt,
})
