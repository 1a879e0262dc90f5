import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Failure, isUrl, toFailure } from '@inlet/connector-sdk'
import { decodeXml } from '../../parsing/xml/read-xml-tree.js'
import { originOf } from '../address/normalize-url.js'
import type { CrawlTools } from '../crawl/crawl-tools.js'
import { parseSitemap, type SitemapEntry } from './parse-sitemap.js'

/** sitemaps.org: a sitemap has at most 50 MB, uncompressed. */
const MAX_BYTES = 52_428_800
const MAX_FILES = 1_000
const MAX_DEPTH = 3

const unpack = promisify(gunzip)

export interface SitemapRequest {
  readonly tools: CrawlTools
  readonly urls: readonly string[]
  /** Named in the settings: a failure ends the crawl. Otherwise it is logged and makes the read incomplete. */
  readonly required: boolean
  /** URLs that were only guessed: a missing sitemap there means nothing. */
  readonly guessed: ReadonlySet<string>
  /** Whether the sitemaps of a site may be read. */
  readonly allows: (origin: string) => boolean
  /** Called for each sitemap, with what is wrong with it, or null. */
  readonly onRead: (url: string, damage: string | null) => void
  /** The most entries wanted. */
  readonly maxPages: number
}

/** Reads sitemaps and those they point to, and yields their entries. Returns whether everything was read. */
export async function* readSitemaps(request: SitemapRequest): AsyncGenerator<readonly SitemapEntry[], boolean, void> {
  const queue = request.urls.map((url) => ({ url, depth: 0 }))
  const seen = new Set(request.urls)
  let left = request.maxPages
  let complete = true
  for (let files = 0; queue.length > 0; files++) {
    const next = queue.shift()
    if (next === undefined || left <= 0 || files >= MAX_FILES) return false
    const sitemap = await readOne(request, next.url, left)
    if (sitemap === null) {
      complete &&= request.guessed.has(next.url)
      continue
    }
    if (sitemap === 'failed') {
      complete = false
      continue
    }
    left -= sitemap.pages.length
    complete &&= !sitemap.cut && sitemap.damage === null
    request.onRead(next.url, sitemap.damage)
    yield sitemap.pages
    for (const url of sitemap.sitemaps) {
      if (seen.has(url) || !isUrl(url) || !request.allows(originOf(new URL(url).href))) continue
      if (next.depth >= MAX_DEPTH) {
        complete = false
        continue
      }
      seen.add(url)
      queue.push({ url, depth: next.depth + 1 })
    }
  }
  return complete
}

const readOne = async (request: SitemapRequest, url: string, maxPages: number): Promise<Awaited<ReturnType<typeof parseSitemap>> | 'failed'> => {
  try {
    const body = await download(request.tools, url)
    const text = body === null ? null : decodeXml(body.bytes, body.contentType).text
    const sitemap = text === null ? null : await parseSitemap(text, url, maxPages)
    if (sitemap === null && request.required) throw new Failure('CONTENT_MISMATCH', `${url} is not a sitemap`, { field: 'config.sitemap' })
    return sitemap
  } catch (error) {
    if (request.required || request.tools.signal.aborted) throw error
    const { reason, message } = toFailure(error)
    request.tools.log.warn({ url, reason }, `a sitemap cannot be read: ${message}`)
    request.onRead(url, `it cannot be read: ${message}`)
    return 'failed'
  }
}

/** Returns null if it does not exist. */
const download = async (tools: CrawlTools, url: string): Promise<{ readonly bytes: Buffer; readonly contentType: string } | null> => {
  const response = await tools.http.request({
    url,
    headers: tools.headers.for(url),
    credentialHeaders: tools.headers.credentialNames,
    signal: tools.signal,
    timeoutMs: tools.config.timeoutMs,
    maxBytes: MAX_BYTES,
  })
  if (response.status >= 500 || response.status === 429) {
    response.discard()
    throw new Failure('UPSTREAM_ERROR', `${url} answers ${response.status}`)
  }
  if (response.status < 200 || response.status >= 300) {
    response.discard()
    return null
  }
  const bytes = await response.bytes()
  const contentType = response.headers['content-type'] ?? ''
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { bytes, contentType }
  try {
    return { bytes: await unpack(bytes, { maxOutputLength: MAX_BYTES }), contentType: '' }
  } catch (error) {
    throw new Failure('UPSTREAM_INVALID', `${url} cannot be unpacked within ${MAX_BYTES} bytes`, { cause: error })
  }
}
