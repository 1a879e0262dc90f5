import { Failure, keyText, toFailure } from '@inlet/connector-sdk'
import { FEEDS } from '../config.js'
import type { RssConnection } from '../connection.js'
import type { Feed } from '../feed/feed.js'
import { parseFeed } from '../feed/parse-feed.js'
import { conditionsOf, formatMark, markOf, parseMark } from '../feeds/feed-mark.js'
import { ACCEPT_FEED, type Fetched } from '../fetch/fetcher.js'
import type { StoredFeeds } from './entries-cursor.js'

/** The response of one feed. */
export type FeedResponse = { readonly url: string } & (
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** `complete`: an earlier version was stored with all its entries. */
  | { readonly kind: 'fetched'; readonly fetched: Fetched; readonly validator: string; readonly complete: boolean }
)

/** Requests a feed, conditionally if all entries of the known version are stored. Throws only when cancelled. */
export const askForFeed = async (
  connection: RssConnection,
  url: string,
  { stored, signal }: { stored: StoredFeeds; signal: AbortSignal },
): Promise<FeedResponse> => {
  const { ctx, fetcher, settings } = connection
  try {
    const validator = (await ctx.known.lookup(FEEDS, [url])).get(keyText(url)) ?? ''
    const mark = parseMark(validator)
    const complete = mark !== null && mark.s === settings && stored.has(url, validator)
    const conditions = complete ? conditionsOf(mark) : undefined
    const request = { url, accept: ACCEPT_FEED, maxBytes: ctx.config.maxFeedBytes, signal }
    const fetched = await fetcher.fetch(conditions === undefined ? request : { ...request, conditions })
    if (fetched.status === 304) return { url, kind: 'unchanged' }
    const next = markOf(settings, fetched.bytes, fetched.headers)
    if (complete && next.h === mark.h) return { url, kind: 'unchanged' }
    return { url, kind: 'fetched', fetched, validator: formatMark(next), complete }
  } catch (thrown) {
    signal.throwIfAborted()
    const failure = toFailure(thrown)
    if (failure.code === 'internal' || failure.code === 'cancelled') throw thrown
    return { url, kind: 'failed', failure }
  }
}

/** Parses a fetched document. Throws what `parseFeed` throws. */
export const parseFetched = (connection: RssConnection, { bytes, url, headers }: Fetched): Promise<Feed> =>
  parseFeed(bytes, { url, contentType: headers['content-type'] ?? '', maxEntries: connection.ctx.config.maxEntries })

/** Fetches a further page of a feed. Throws what fetching and parsing throw. */
export const fetchPage = async (connection: RssConnection, url: string, signal: AbortSignal): Promise<Feed> =>
  parseFetched(connection, await connection.fetcher.fetch({ url, accept: ACCEPT_FEED, maxBytes: connection.ctx.config.maxFeedBytes, signal }))
