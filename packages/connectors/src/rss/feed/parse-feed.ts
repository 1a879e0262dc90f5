import { Failure } from '@inlet/connector-sdk'
import { caveatIf, damageCaveat, encodingCaveats } from '../../parsing/caveats/caveats.js'
import { decodeXml } from '../../parsing/xml/read-xml-tree.js'
import { stepOverDoctype } from '../../parsing/xml/step-over-doctype.js'
import type { Feed } from './feed.js'
import { readJsonFeed } from './json-feed.js'
import { readXmlFeed } from './xml-feed.js'
import { absolute } from './xml-node.js'

const HTML = /^(?:<\?xml[^>]{0,200}\?>\s{0,50})?(?:<!--[^>]{0,2000}-->\s{0,50})?<(?:!doctype\s{1,10}html|html|head|body)[\s>]/i
const FEED_LINK = /<link\s[^>]{0,500}type\s?=\s?["']?application\/(?:rss|atom|feed)\+(?:xml|json)[^>]{0,500}>/i

export interface ParseFeedOptions {
  readonly url: string
  readonly contentType: string
  readonly maxEntries: number
}

/**
 * Reads a feed of any format, recognized by its content. Throws CONTENT_MISMATCH for an HTML page (naming the feed it links to) and for
 * anything else that is no feed, XML_DTD_NOT_ALLOWED for a document type without an end, and UPSTREAM_INVALID.
 */
export const parseFeed = async (bytes: Buffer, options: ParseFeedOptions): Promise<Feed> => {
  const { url } = options
  const { text, charset, certainty, damaged } = decodeXml(bytes, options.contentType)
  const { feed, left } = await readText(text, options)
  const part = feed.cut ? 'it ends in the middle' : `entities stay as text: ${left.slice(0, 5).join(', ')}`
  const caveats = [
    caveatIf('READ_IN_PART', feed.cut || left.length > 0, `${url}: ${part}`),
    ...encodingCaveats(url, { charset, certainty }),
    damageCaveat(url, { charset, damaged }),
  ]
  return { ...feed, caveats }
}

const readText = async (
  text: string,
  { url, maxEntries }: ParseFeedOptions,
): Promise<{ readonly feed: Omit<Feed, 'caveats'>; readonly left: readonly string[] }> => {
  if (text === '') throw new Failure('CONTENT_MISMATCH', `${url} returned an empty response`)
  if (text.startsWith('{')) return { feed: readJsonFeed(text, url, maxEntries), left: [] }
  if (HTML.test(text.slice(0, 5_000))) throw htmlInstead(text, url)
  if (!text.startsWith('<')) throw new Failure('CONTENT_MISMATCH', `${url} is not a feed: it is neither XML nor JSON`)
  const xml = stepOverDoctype(text)
  if (xml === null) throw new Failure('XML_DTD_NOT_ALLOWED', `${url} has a DOCTYPE that does not end`)
  return { feed: await readXmlFeed(xml.text, url, maxEntries), left: xml.left }
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
