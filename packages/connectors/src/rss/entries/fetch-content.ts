import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, toFailure } from '@inlet/connector-sdk'
import { decodePage } from '../../parsing/html/decode.js'
import { isXhtml, readHtml } from '../../parsing/html/read-html.js'
import type { RssConnection } from '../connection.js'
import type { FeedEntry } from '../feed/feed.js'
import { ACCEPT_PAGE } from '../fetch/fetcher.js'
import type { PageContent } from './to-record.js'

/** With `auto`, the pages of entries with less content than this are fetched. */
const SHORT_CHARS = 600

export const wantsPage = (connection: RssConnection, entry: FeedEntry): boolean => {
  const { fullContent } = connection.ctx.config
  if (entry.url === undefined || fullContent === 'never') return false
  return fullContent === 'always' || (entry.content?.value.length ?? 0) < SHORT_CHARS
}

/**
 * Fetches the main content of an entry's page; null if the page has none, and the feed's own text must do; 'later' if it may be available
 * another time. Throws only when cancelled.
 */
export const fetchContent = async (connection: RssConnection, entry: FeedEntry, signal: AbortSignal): Promise<PageContent | null | 'later'> => {
  const { config, log } = connection.ctx
  try {
    if (config.delayMs > 0) await sleep(config.delayMs, undefined, { signal })
    const { bytes, headers, url } = await connection.fetcher.fetch({
      url: entry.url ?? '',
      accept: ACCEPT_PAGE,
      maxBytes: config.maxPageBytes,
      signal,
    })
    const contentType = headers['content-type'] ?? ''
    if (!/^(?:$|text\/html|application\/xhtml\+xml)/i.test(contentType)) return null
    const html = decodePage(bytes, contentType)
    const xml = isXhtml(contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '', html)
    const page = await readHtml(html, { url, inlineLinks: true, obeyNofollow: false, xml })
    return page.markdown === '' || page.hasPassword ? null : { markdown: page.markdown, url }
  } catch (thrown) {
    signal.throwIfAborted()
    const failure = thrown instanceof Failure ? thrown : toFailure(thrown)
    if (failure.code === 'internal') throw thrown
    log.warn({ url: entry.url, reason: failure.reason }, `the page of an entry cannot be read: ${failure.message}`)
    return failure.code === 'transient' || failure.code === 'rate_limited' ? 'later' : null
  }
}
