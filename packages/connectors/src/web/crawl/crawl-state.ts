import { addCaveats, type Caveat, type CaveatTally, type SourceRecord } from '@inlet/connector-sdk'
import type { Scope } from '../address/scope.js'
import { createQueryBudget } from '../address/trap.js'
import type { CrawlCursor, createAgainList } from './crawl-cursor.js'
import type { CrawlTools } from './crawl-tools.js'
import type { Frontier, Visit } from './frontier.js'
import type { PageMark } from './page-mark.js'

/** Of a site with more addresses than a crawl remembers. */
export const MORE_ADDRESSES = 'it has more addresses than are followed with this maxPages'

/** Why addresses gave no record; shown and logged at the end. */
export type Tally = Map<string, number>

/** An address that depends on another one: it has the same content, or (null) names it as canonical. */
export interface Waiting {
  readonly visit: Visit
  readonly content: string | null
  readonly sketch: string
}

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
  readonly waiting: Map<string, Waiting[]>
  readonly tally: Tally
  /** The first address of each reason in the tally. */
  readonly examples: Map<string, string>
  /** What is to be said of the content. */
  caveats: CaveatTally
  /** Sketches of the pages, for those that name them as canonical. */
  readonly sketches: Map<string, string>
  /** Addresses that were not followed since a page or link says nofollow; bounded. */
  readonly nofollowed: Set<string>
  readonly unread: ReturnType<typeof createAgainList>
  readonly dead: (readonly [url: string, depth: number])[]
  readonly starts: { total: number; failed: number; failure: unknown }
  /** Pages yielded, changed or not. */
  pages: number
  records: number
  /** Why not everything in scope was read; without any reason, what was not seen does not exist. */
  readonly unseen: Set<string>
  /** Whether everything that could not be read is remembered in the cursor. */
  remembered: boolean
  consecutiveFailures: number
  readonly emit: (record: SourceRecord, bytes: number) => void
  readonly emitUnchanged: (url: string) => void
}

export const count = (state: CrawlState, what: string, url?: string): void => {
  state.tally.set(what, (state.tally.get(what) ?? 0) + 1)
  if (url !== undefined && !state.examples.has(what)) state.examples.set(what, url)
}

export const report = (state: CrawlState, caveats: readonly Caveat[]): void => void (state.caveats = addCaveats(state.caveats, caveats))

/**
 * Queues an address found on the way unless it is known, out of scope or a trap. Answers its state afterwards;
 * undefined when it is not wanted.
 */
export const offer = (state: CrawlState, visit: Visit): 'new' | 'known' | undefined => {
  const { frontier, scope } = state
  if (frontier.stateOf(visit.url) !== undefined) return 'known'
  const verdict = visit.start ? 'in' : scope.classify(visit.url)
  if (verdict !== 'in') {
    if (verdict === 'trap') count(state, 'trap', visit.url)
    return undefined
  }
  if (!state.queries.admits(visit.url)) {
    count(state, 'trap', visit.url)
    return undefined
  }
  const stored = visit.stored ?? state.stored.get(visit.url)
  if (frontier.add(stored === undefined ? visit : { ...visit, stored })) return 'new'
  state.unseen.add(MORE_ADDRESSES)
  return undefined
}
