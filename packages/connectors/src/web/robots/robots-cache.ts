import { Failure, toFailure } from '@inlet/connector-sdk'
import type { CrawlTools } from '../crawl/crawl-tools.js'
import { ALLOW_ALL, MAX_ROBOTS_BYTES, parseRobots, type RobotsRules } from './robots-rules.js'

/** RFC 9309, 2.4: no longer than a day. */
const MAX_AGE_MS = 24 * 3_600_000
const MAX_REDIRECTS = 5

/** The rules of each site, read once a day. */
export interface RobotsCache {
  /**
   * Returns the rules of a site. RFC 9309, 2.3.1: what does not exist (4xx) allows everything; what cannot be read (5xx, no response) forbids
   * everything. That is thrown as a failure, so that the crawl is retried instead of losing pages.
   */
  rulesFor(tools: CrawlTools, origin: string): Promise<RobotsRules>
}

export const createRobotsCache = (): RobotsCache => {
  const cache = new Map<string, { readonly readAt: number; readonly rules: Promise<RobotsRules> }>()
  return {
    rulesFor(tools, origin) {
      if (tools.config.robots === 'ignore') return Promise.resolve(ALLOW_ALL)
      const found = cache.get(origin)
      const now = tools.now().getTime()
      if (found !== undefined && now - found.readAt < MAX_AGE_MS) return found.rules
      const rules = readRobots(tools, `${origin}/robots.txt`)
      cache.set(origin, { readAt: now, rules })
      rules.catch(() => cache.delete(origin))
      return rules
    },
  }
}

const readRobots = async (tools: CrawlTools, url: string): Promise<RobotsRules> => {
  try {
    const response = await tools.http.request({
      url,
      headers: tools.headers.for(url),
      credentialHeaders: tools.headers.credentialNames,
      signal: tools.signal,
      timeoutMs: Math.min(tools.config.timeoutMs, 10_000),
      maxBytes: 10 * MAX_ROBOTS_BYTES,
      maxRedirects: MAX_REDIRECTS,
    })
    if (response.status >= 500 || response.status === 429) {
      const said = await response.explain()
      throw new Failure(
        'UPSTREAM_ERROR',
        `${url} answers ${response.status}, which forbids to read the site for now${said === '' ? '' : `: ${said}`}`,
      )
    }
    if (response.status < 200 || response.status >= 300) {
      response.discard()
      return ALLOW_ALL
    }
    const text = (await response.text()).slice(0, MAX_ROBOTS_BYTES)
    // Sites that answer every URL with a page have no robots.txt.
    return /^\s{0,100}<(?:!doctype|html)/i.test(text.slice(0, 200)) ? ALLOW_ALL : parseRobots(url, text, tools.config.userAgent)
  } catch (error) {
    // RFC 9309, 2.3.1.2.
    const failure = toFailure(error)
    if (failure.reason === 'TOO_MANY_REDIRECTS') {
      tools.log.warn({ url, reason: failure.reason }, 'robots.txt cannot be read and is treated as absent')
      return ALLOW_ALL
    }
    throw error
  }
}
