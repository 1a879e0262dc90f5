import { decodeLocation, Failure, type HttpResponse, isUrl, parseRetryAfter, timeoutSignal } from '@inlet/connector-sdk'
import type { HtmlPage } from '../parsing/html/read-html.js'
import { normalizeUrl, originOf } from './address/normalize-url.js'
import { answersOf, refusedStart } from './crawl/complete-visit.js'
import type { CrawlTools } from './crawl/crawl-tools.js'
import { isSameSite, otherSite } from './crawl/effects.js'
import { withCookies } from './crawl/fetch-page.js'
import { refuseLogin } from './crawl/login-page.js'
import { readResponse } from './crawl/read-response.js'
import type { SiteConnection } from './site-connection.js'

const TIMEOUT_MS = 8_000

/** Requests robots.txt and the first start address, and nothing else. */
export const checkSite = async (connection: SiteConnection, signal: AbortSignal): Promise<void> => {
  const tools = connection.tools(timeoutSignal(TIMEOUT_MS, signal))
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
  const { status, headers, said, page } = await askForStart(tools, url)
  if (status >= 200 && status < 300) {
    if (page !== undefined) refuseLogin({ ...page, start: true, ...(page.url === url ? {} : { movedFrom: url }) }, page.content)
    return
  }
  if (status === 404 || status === 410) throw new Failure('NOT_FOUND_UPSTREAM', answersOf(url, status, said), { field: 'config.startUrls.0' })
  if (status === 429) {
    const retryAfterMs = parseRetryAfter(headers['retry-after'], tools.now())
    throw new Failure('RATE_LIMITED', answersOf(url, status, said), retryAfterMs === undefined ? {} : { retryAfterMs })
  }
  if (status >= 500) throw new Failure('UPSTREAM_ERROR', answersOf(url, status, said))
  throw refusedStart(url, status, said)
}

interface StartResponse extends Pick<HttpResponse, 'status' | 'headers'> {
  readonly said: string
  /** The page it led to, if that is HTML. */
  readonly page: { readonly url: string; readonly content: HtmlPage } | undefined
}

const isHtml = (headers: HttpResponse['headers']): boolean => /^(?:text\/html|application\/xhtml\+xml)?(?:;|$)/iu.test(headers['content-type'] ?? '')

const REDIRECTS = new Set([301, 302, 303, 307, 308])
const MAX_HOPS = 5

/** Follows redirects to the final response, with the cookies set along the way: sites set one and redirect to the same URL to see it. */
const askForStart = async (tools: CrawlTools, start: string): Promise<StartResponse> => {
  let url = start
  for (let hops = 0; ; hops++) {
    const response = await tools.http.request({
      url,
      headers: withCookies(tools, url),
      credentialHeaders: tools.headers.credentialNames,
      signal: tools.signal,
      timeoutMs: TIMEOUT_MS,
      maxBytes: tools.config.maxPageBytes,
      maxRedirects: 0,
    })
    const { status, headers } = response
    const said = status < 400 ? '' : await response.explain()
    // As the server sends it: a page that only scripts fill shows its form only to a run.
    const outcome = status >= 200 && status < 300 && isHtml(headers) ? await readResponse(tools, { url }, response) : undefined
    response.discard()
    tools.cookies.take(url, headers['set-cookie'])
    const location = headers['location'] === undefined ? undefined : decodeLocation(headers['location'])
    if (!REDIRECTS.has(status) || location === undefined || !isUrl(location, url))
      return { status, headers, said, page: outcome?.kind === 'page' ? { url, content: outcome.page } : undefined }
    if (hops >= MAX_HOPS)
      throw new Failure('TOO_MANY_REDIRECTS', `the start address ${start} redirects more than ${MAX_HOPS} times, last to ${location.slice(0, 500)}`)
    const target = new URL(location, url).href
    if (!isSameSite(url, target) && !tools.config.startUrls.some((other) => originOf(other) === originOf(target))) throw otherSite(url, target)
    url = target
  }
}
