import { Failure } from '@inlet/connector-sdk'
import { decodeFeed } from './decode-feed.js'
import type { Feed } from './feed.js'
import { readJsonFeed } from './json-feed.js'
import { readXmlFeed } from './xml-feed.js'
import { absolute } from './xml-node.js'

const HTML = /^(?:<\?xml[^>]{0,200}\?>\s{0,50})?(?:<!--[^>]{0,2000}-->\s{0,50})?<(?:!doctype\s{1,10}html|html|head|body)[\s>]/i
const FEED_LINK = /<link\s[^>]{0,500}type\s?=\s?["']?application\/(?:rss|atom|feed)\+(?:xml|json)[^>]{0,500}>/i

/**
 * Reads a feed of any format, told by its content. Throws CONTENT_MISMATCH for a page of HTML (naming the feed it links to) and for
 * anything else that is no feed, XML_DTD_NOT_ALLOWED, UPSTREAM_INVALID.
 */
export const parseFeed = async (
  bytes: Buffer,
  { url, contentType, maxEntries }: { readonly url: string; readonly contentType: string; readonly maxEntries: number },
): Promise<Feed> => {
  const text = decodeFeed(bytes, contentType)
  if (text === '') throw new Failure('CONTENT_MISMATCH', `${url} answered with nothing`)
  if (text.startsWith('{')) return readJsonFeed(text, url, maxEntries)
  if (HTML.test(text.slice(0, 5_000))) throw htmlInstead(text, url)
  if (!text.startsWith('<')) throw new Failure('CONTENT_MISMATCH', `${url} is no feed: neither XML nor JSON`)
  return readXmlFeed(text, url, maxEntries)
}

const htmlInstead = (text: string, url: string): Failure => {
  const link = FEED_LINK.exec(text.slice(0, 200_000))?.[0]
  const named = absolute(link === undefined ? undefined : /href\s?=\s?["']?([^"'\s>]{1,2000})/i.exec(link)?.[1], url)
  const next =
    named === undefined
      ? 'Use the address of the feed, not that of a page; a login page may stand in its place.'
      : `Use ${named}, the feed that the page names.`
  return new Failure('CONTENT_MISMATCH', `${url} is a page of HTML, not a feed`, { next })
}
