import { Failure, keyText, type Page } from '@inlet/connector-sdk'
import type { PagePacker } from '../../parsing/page-packer.js'
import { ENTRIES } from '../config.js'
import type { RssConnection } from '../connection.js'
import { type KeyedEntry, keyEntries } from '../feed/entry-key.js'
import type { Feed, FeedHead } from '../feed/feed.js'
import { shortHash } from '../feeds/feed-mark.js'
import { fetchContent, wantsPage } from './fetch-content.js'
import { type FeedResponse, fetchPage, parseFetched } from './fetch-feed.js'
import { toRecord } from './to-record.js'

export interface ReadFeedOptions {
  readonly packer: PagePacker
  readonly signal: AbortSignal
}

export interface FeedOutcome {
  readonly head: FeedHead
  /** Everything was read, so it need not be read again until it changes. */
  readonly whole: boolean
}

/** How many entries are looked up and turned into records at a time. */
const GROUP = 200

/** Reads the new and changed entries of one feed and its further pages. Throws what is wrong with the feed itself. */
export async function* readFeed(
  connection: RssConnection,
  answer: FeedResponse & { readonly kind: 'fetched' },
  options: ReadFeedOptions,
): AsyncGenerator<Page, FeedOutcome, void> {
  const { url } = answer
  const { archivePages } = connection.ctx.config
  const first = await parseFetched(connection, answer.fetched)
  const seen = new Set([url, answer.fetched.url])
  let feed: Feed = first
  let whole = true
  for (let pages = 0; ; pages++) {
    const part = yield* readDocument(connection, url, feed, options)
    whole &&= part.whole
    const { next } = feed.head
    // Once everything was stored, the pages after one without changes contain nothing new, either.
    if (next === undefined || pages >= archivePages || (answer.complete && part.changed === 0)) break
    if (seen.has(next)) throw new Failure('PAGINATION_LOOP', `${url}: the pages of the feed lead back to ${next}`)
    seen.add(next)
    feed = await fetchPage(connection, next, options.signal)
  }
  return { head: first.head, whole }
}

async function* readDocument(
  connection: RssConnection,
  url: string,
  feed: Feed,
  { packer, signal }: ReadFeedOptions,
): AsyncGenerator<Page, { readonly whole: boolean; readonly changed: number }, void> {
  const entries = keyEntries(url, feed.entries)
  packer.caveats(feed.caveats)
  let whole = !feed.cut
  let changed = 0
  for (let from = 0; from < entries.length; from += GROUP) {
    signal.throwIfAborted()
    for (const { keyed, validator } of await withoutKnown(connection, entries.slice(from, from + GROUP))) {
      const page = wantsPage(connection, keyed.entry) ? await fetchContent(connection, keyed.entry, signal) : null
      const record = await toRecord(url, keyed, page === 'later' ? null : page)
      if (page === 'later') whole = false
      changed++
      const size = (record.text?.length ?? 0) + JSON.stringify(record.data).length + (record.title?.length ?? 0)
      if (packer.isFull(size)) {
        yield packer.take()
        signal.throwIfAborted()
      }
      // Without a validator it is checked again the next time the feed is read.
      packer.record(page === 'later' ? record : { ...record, validator }, size)
    }
  }
  if (feed.cut)
    packer.reject({ stream: ENTRIES, key: [url], reason: 'UPSTREAM_INVALID', message: `${url} ends in the middle; what was whole was read` })
  return { whole, changed }
}

interface ChangedEntry {
  readonly keyed: KeyedEntry
  readonly validator: string
}

/** Drops the entries that are already stored unchanged. */
const withoutKnown = async (connection: RssConnection, entries: readonly KeyedEntry[]): Promise<readonly ChangedEntry[]> => {
  const known = await connection.ctx.known.lookup(
    ENTRIES,
    entries.map(({ key }) => key),
  )
  return entries.flatMap((keyed) => {
    const validator = shortHash(`${connection.settings}${JSON.stringify(keyed.entry)}`, 22)
    return known.get(keyText(keyed.key)) === validator ? [] : [{ keyed, validator }]
  })
}
