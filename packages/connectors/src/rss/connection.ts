import { type Connection, type ConnectorContext, canonicalJson, type Failure } from '@inlet/connector-sdk'
import type { SiteSecrets } from '../site/site-access.js'
import type { RssConfig } from './config.js'
import type { FeedHead } from './feed/feed.js'
import { shortHash } from './feeds/feed-mark.js'
import { createFetcher, type Fetcher } from './fetch/fetcher.js'

/** What reading the entries of a feed has shown about it. */
export type FeedReading =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'read'; readonly head: FeedHead; readonly validator: string }

export interface RssConnection extends Connection {
  readonly ctx: ConnectorContext<RssConfig, SiteSecrets>
  /** The URLs of the feeds, without duplicates. */
  readonly urls: readonly string[]
  readonly fetcher: Fetcher
  /** Changes with any setting that affects the records of entries. */
  readonly settings: string
  /** The outcome of the last read of entries, by URL. */
  readonly readings: Map<string, FeedReading>
  /** Returns a signal that also aborts when the connection closes. */
  signal(signal: AbortSignal): AbortSignal
}

/** Raise it when the same entry yields a different record. */
const READER_VERSION = 1

export const openConnection = (ctx: ConnectorContext<RssConfig, SiteSecrets>): RssConnection => {
  const closed = new AbortController()
  const { fullContent, archivePages, maxEntries } = ctx.config
  return {
    ctx,
    urls: [...new Set(ctx.config.feeds.map((url) => new URL(url).href))],
    fetcher: createFetcher(ctx),
    settings: shortHash(canonicalJson({ READER_VERSION, fullContent, archivePages, maxEntries }), 6),
    readings: new Map(),
    signal: (signal) => AbortSignal.any([signal, ctx.signal, closed.signal]),
    [Symbol.asyncDispose]: () => {
      closed.abort()
      return Promise.resolve()
    },
  }
}
