import {
  addCaveats,
  type Caveat,
  type CaveatTally,
  complete,
  Failure,
  incomplete,
  type Page,
  type ReadEnd,
  toCaveats,
  toFailure,
} from '@inlet/connector-sdk'
import { createAgainList, formatCursor, settingsFingerprint } from './crawl-cursor.js'
import type { CrawlState } from './crawl-state.js'
import { addressesBehindLogin, loginCaveat } from './login-page.js'

/**
 * Builds the last page of a crawl: the cursor, and the sweep if everything was read. Throws when no start address yielded a
 * page, or nothing at all did; the stored pages are then kept.
 */
export const finish = (state: CrawlState): Page => {
  const { starts, tools, pages } = state
  const tally = Object.fromEntries(state.tally)
  tools.log.info({ pages, records: state.records, seen: state.frontier.seen, complete: state.unseen.size === 0, ...tally }, 'the site was read')
  if (starts.failed > 0 && (starts.failed >= starts.total || pages === 0)) throw starts.failure
  if (pages === 0) throw new Failure('CONTENT_MISMATCH', `no page could be read: ${describe(state)}`)
  const caveats = toCaveats(withCounts(state))
  const cursor = nextCursor(state)
  return {
    records: [],
    ...(caveats.length === 0 ? {} : { caveats }),
    progress: { done: pages, total: pages, note: describe(state) },
    ...(cursor === null ? {} : { cursor }),
    ...(state.unseen.size === 0 && starts.failed === 0 ? { sweep: {} } : {}),
  }
}

/** Combines the caveats about single pages with those that follow from the counts. */
const withCounts = (state: CrawlState): CaveatTally => {
  const { tally, pages, frontier, examples } = state
  const times = (what: string): number => tally.get(what) ?? 0
  const example = (what: string): string => examples.get(what) ?? ''
  const unfollowed = [...state.nofollowed].filter((url) => frontier.stateOf(url) === undefined)
  const reasons = [
    { why: 'nofollow', count: unfollowed.length, url: unfollowed[0] ?? '' },
    ...['robots', 'trap'].map((why) => ({ why, count: times(why), url: example(why) })),
  ]
  const skipped = reasons.reduce((sum, { count }) => sum + count, 0)
  const counted: readonly (Caveat & { readonly of: number })[] = [
    { kind: 'DOCUMENT_WITHOUT_TEXT', count: times('empty'), of: pages + times('empty'), example: example('empty') },
    {
      kind: 'CANONICAL_ELSEWHERE',
      count: times('canonical_elsewhere'),
      of: pages + times('canonical_elsewhere'),
      example: example('canonical_elsewhere'),
    },
    loginCaveat(state),
    { kind: 'CANONICAL_IGNORED', count: times('canonical_ignored'), of: pages, example: example('canonical_ignored') },
    ...reasons.map(({ why, count, url }, index): Caveat & { readonly of: number } => ({
      kind: 'LINKS_NOT_FOLLOWED',
      count,
      of: index === 0 ? frontier.seen + skipped : 0,
      ...(count === 0 ? {} : { example: `${why}: ${count}, e.g. ${url}` }),
    })),
  ]
  return addCaveats(
    state.caveats,
    counted.map(({ example: named, ...caveat }) => (caveat.count === 0 || named === undefined ? caveat : { ...caveat, example: named })),
  )
}

/** What the crawl could not see may contain anything: pages that failed, unreadable sitemaps, whatever lies beyond the limits. */
export const crawlEnd = (state: CrawlState): ReadEnd => {
  const { starts } = state
  if (starts.failed > 0)
    return incomplete(`${starts.failed} of ${starts.total} start addresses could not be read; the first: ${toFailure(starts.failure).message}`)
  if (state.unseen.size === 0) return complete('no address was left to visit')
  return incomplete(`not all of the site was seen: ${[...state.unseen].join('; ')}${state.tally.size === 0 ? '' : ` (${describe(state)})`}`)
}

/** Equal to the last cursor if nothing was found, which shows that nothing is new. Null if it cannot hold what must be read again. */
const nextCursor = (state: CrawlState): ReturnType<typeof formatCursor> | null => {
  if (!state.remembered) return null
  const again = createAgainList()
  for (const [url, depth] of addressesBehindLogin(state)) if (!again.add(url, depth)) return null
  // Failed URLs come first; dead links may be dropped, since the page that contains them leads to them again.
  for (const [url, depth] of [...state.unread.entries, ...state.dead]) again.add(url, depth)
  const generation = state.records === 0 && state.previous !== null ? state.previous.generation : state.generation
  const sorted = [...again.entries].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  return formatCursor({ generation, settings: settingsFingerprint(state.tools.config), again: sorted })
}

const describe = (state: CrawlState): string => {
  const parts = [...state.tally].map(([what, times]) => `${what.replaceAll('_', ' ')} ${times}`)
  return parts.length === 0 ? 'all pages are new or changed' : parts.join(', ').slice(0, 500)
}
