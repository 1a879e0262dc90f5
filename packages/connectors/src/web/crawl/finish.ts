import { complete, Failure, incomplete, type Page, type ReadEnd, toFailure } from '@inlet/connector-sdk'
import { createAgainList, formatCursor, settingsFingerprint } from './crawl-cursor.js'
import type { CrawlState } from './crawl-state.js'

/**
 * The last page of a crawl: the cursor, and the sweep when everything was read. Throws when no start address gave a
 * page, or nothing at all did: what is stored stays then.
 */
export const finish = (state: CrawlState): Page => {
  const { starts, tools, pages } = state
  const tally = Object.fromEntries(state.tally)
  tools.log.info({ pages, records: state.records, seen: state.frontier.seen, complete: state.complete, ...tally }, 'the site was read')
  if (starts.failed > 0 && (starts.failed >= starts.total || pages === 0)) throw starts.failure
  if (pages === 0) throw new Failure('CONTENT_MISMATCH', `no page could be read: ${describe(state)}`)
  return {
    records: [],
    progress: { done: pages, total: pages, note: describe(state) },
    ...(state.remembered ? { cursor: nextCursor(state) } : {}),
    ...(state.complete && starts.failed === 0 ? { sweep: {} } : {}),
  }
}

/** What the crawl could not see may hold anything: pages that failed, sitemaps that could not be read, what lies beyond the limits. */
export const crawlEnd = (state: CrawlState): ReadEnd => {
  const { starts } = state
  if (starts.failed > 0)
    return incomplete(`${starts.failed} of ${starts.total} start addresses could not be read; the first: ${toFailure(starts.failure).message}`)
  return state.complete ? complete('no address was left to visit') : incomplete(`not all of the site was seen: ${describe(state)}`)
}

/** Equal to the last one when nothing was found, which shows that nothing is new. */
const nextCursor = (state: CrawlState): ReturnType<typeof formatCursor> => {
  const again = createAgainList()
  // What failed comes first; dead links may be dropped, since they are found again with the page that has them.
  for (const [url, depth] of [...state.unread.entries, ...state.dead]) again.add(url, depth)
  const generation = state.records === 0 && state.previous !== null ? state.previous.generation : state.generation
  const sorted = [...again.entries].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  return formatCursor({ generation, settings: settingsFingerprint(state.tools.config), again: sorted })
}

const describe = (state: CrawlState): string => {
  const parts = [...state.tally].map(([what, times]) => `${what.replaceAll('_', ' ')} ${times}`)
  return parts.length === 0 ? 'all pages are new or changed' : parts.join(', ').slice(0, 500)
}
