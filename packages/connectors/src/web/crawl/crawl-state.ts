import { addCaveats, type Caveat, type CaveatTally, type SourceRecord } from '@inlet/connector-sdk'
import type { Scope } from '../address/scope.js'
import { createQueryBudget } from '../address/trap.js'
import type { CrawlCursor, createAgainList } from './crawl-cursor.js'
import type { CrawlTools } from './crawl-tools.js'
import type { Frontier, Visit } from './frontier.js'
import type { LoginTally } from './login-page.js'
import type { PageMark } from './page-mark.js'

/** For a site with more URLs than a crawl remembers. */
export const MORE_ADDRESSES = 'it has more addresses than are followed with this maxPages'

/** Why URLs yielded no record; shown and logged at the end. */
export type Tally = Map<string, number>

/** A URL that depends on another one: it has the same content, or (null) names it as canonical. */
export interface Waiting {
  readonly visit: Visit
  readonly content: string | null
  readonly sketch: string
}

/** The state of one crawl. */
export interface CrawlState {
  readonly tools: CrawlTools
  readonly scope: Scope
  readonly frontier: Frontier
  readonly queries: ReturnType<typeof createQueryBudget>
  /** Marks of the stored pages. */
  readonly stored: Map<string, PageMark>
  /** The last finished crawl, if the settings are still the same. */
  readonly previous: CrawlCursor | null
  /** The generation of the pages that this crawl stores. */
  readonly generation: number
  /** The page that stands for each content, by its hash. */
  readonly owners: Map<string, string>
  /** URLs that are read for themselves only if the one they depend on yields no such page. */
  readonly waiting: Map<string, Waiting[]>
  readonly tally: Tally
  /** The first URL for each reason in the tally. */
  readonly examples: Map<string, string>
  /** Caveats about the content. */
  caveats: CaveatTally
  /** Sketches of the pages, to compare with those that name them as canonical. */
  readonly sketches: Map<string, string>
  /** URLs that were not followed because a page or link says nofollow; bounded. */
  readonly nofollowed: Set<string>
  /** What leads to login pages. */
  readonly logins: LoginTally
  readonly unread: ReturnType<typeof createAgainList>
  readonly dead: (readonly [url: string, depth: number])[]
  readonly starts: { total: number; failed: number; failure: unknown }
  /** Pages yielded, changed or not. */
  pages: number
  records: number
  /** Why not everything in scope was read; if empty, what was not seen does not exist. */
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
 * Queues a URL found along the way unless it is known, out of scope or a trap. Returns its state afterwards;
 * undefined if it is not wanted.
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
