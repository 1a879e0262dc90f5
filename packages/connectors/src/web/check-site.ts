import { Failure } from '@inlet/connector-sdk'
import { normalizeUrl, originOf } from './address/normalize-url.js'
import type { CrawlTools } from './crawl/crawl-tools.js'
import { parseRetryAfter } from './crawl/retry-after.js'
import { refusedStart } from './crawl/settle.js'
import type { SiteConnection } from './site-connection.js'

const TIMEOUT_MS = 8_000

/** Asks for robots.txt and the first start address, without reading on. */
export const checkSite = async (connection: SiteConnection, signal: AbortSignal): Promise<void> => {
  const tools = connection.tools(AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]))
  try {
    await connection.checkBrowser()
    await checkStart(tools, connection)
  } catch (error) {
    if (signal.aborted || !tools.signal.aborted) throw error
    throw new Failure('TIMEOUT', `the site did not answer within ${TIMEOUT_MS / 1_000} s`, { cause: error })
  }
}

const checkStart = async (tools: CrawlTools, { config, robots }: SiteConnection): Promise<void> => {
  const url = normalizeUrl(config.startUrls[0] ?? '', config) ?? ''
  const rules = await robots.rulesFor(tools, originOf(url))
  if (!rules.allows(url))
    throw new Failure('ROBOTS_DISALLOWED', `robots.txt does not allow the start address ${url}`, { field: 'config.startUrls.0' })
  const response = await tools.http.request({
    url,
    headers: tools.headers.for(url),
    credentialHeaders: tools.headers.credentialNames,
    signal: tools.signal,
    timeoutMs: TIMEOUT_MS,
    maxBytes: config.maxPageBytes,
  })
  const { status, headers } = response
  response.discard()
  if (status >= 200 && status < 300) return
  if (status === 404 || status === 410)
    throw new Failure('NOT_FOUND_UPSTREAM', `the start address ${url} answers ${status}`, { field: 'config.startUrls.0' })
  if (status === 429) {
    const retryAfterMs = parseRetryAfter(headers['retry-after'], tools.now())
    throw new Failure('RATE_LIMITED', `the start address ${url} answers 429`, retryAfterMs === undefined ? {} : { retryAfterMs })
  }
  if (status >= 500) throw new Failure('UPSTREAM_ERROR', `the start address ${url} answers ${status}`)
  throw refusedStart(url, status)
}
