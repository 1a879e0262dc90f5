import type { SourceRecord } from '@inlet/connector-sdk'
import type { Scope } from '../address/scope.js'
import { createQueryBudget } from '../address/trap.js'
import type { CrawlCursor, createAgainList } from './crawl-cursor.js'
import type { CrawlTools } from './crawl-tools.js'
import type { Frontier, Visit } from './frontier.js'
import type { PageMark } from './page-mark.js'

/** Why addresses gave no record; shown and logged at the end. */
export type Tally = Map<string, number>

/** Everything one crawl knows. */
export interface CrawlState {
  readonly tools: CrawlTools
  readonly scope: Scope
  readonly frontier: Frontier
  readonly queries: ReturnType<typeof createQueryBudget>
  /** Marks of the stored pages. */
  readonly stored: Map<string, PageMark>
  /** The last finished crawl, when the settings are still the same. */
  readonly previous: CrawlCursor | null
  /** Of the pages that this crawl stores. */
  readonly generation: number
  /** Which page stands for a content, by its hash. */
  readonly owners: Map<string, string>
  /** Addresses that are read for themselves only if the one they depend on gives no such page. */
  readonly waiting: Map<string, { readonly visit: Visit; readonly content: string | null }[]>
  readonly tally: Tally
  readonly unread: ReturnType<typeof createAgainList>
  readonly dead: (readonly [url: string, depth: number])[]
  readonly starts: { total: number; failed: number; failure: unknown }
  /** Pages yielded, changed or not. */
  pages: number
  records: number
  /** Whether everything in scope was read, so that what was not seen does not exist. */
  complete: boolean
  /** Whether everything that could not be read is remembered in the cursor. */
  remembered: boolean
  consecutiveFailures: number
  readonly emit: (record: SourceRecord, bytes: number) => void
  readonly emitUnchanged: (url: string) => void
}

export const count = (state: CrawlState, what: string): void => void state.tally.set(what, (state.tally.get(what) ?? 0) + 1)

/**
 * Queues an address found on the way unless it is known, out of scope or a trap. Answers its state afterwards;
 * undefined when it is not wanted.
 */
export const offer = (state: CrawlState, visit: Visit): 'new' | 'known' | undefined => {
  const { frontier, scope } = state
  if (frontier.stateOf(visit.url) !== undefined) return 'known'
  const verdict = visit.start ? 'in' : scope.judge(visit.url)
  if (verdict !== 'in') {
    if (verdict === 'trap') count(state, 'trap')
    return undefined
  }
  if (!state.queries.admits(visit.url)) {
    count(state, 'trap')
    return undefined
  }
  const stored = visit.stored ?? state.stored.get(visit.url)
  if (frontier.add(stored === undefined ? visit : { ...visit, stored })) return 'new'
  state.complete = false
  return undefined
}
