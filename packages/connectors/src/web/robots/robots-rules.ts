import { isUrl } from '@inlet/connector-sdk'
import robotsParser from 'robots-parser'

/** What a site's robots.txt lets us do. */
export interface RobotsRules {
  allows(url: string): boolean
  /** Milliseconds between requests; 0 if none are requested. */
  readonly crawlDelayMs: number
  /** Absolute URLs of sitemaps; relative ones are resolved against the robots.txt. */
  readonly sitemaps: readonly string[]
}

/** RFC 9309, 2.5: at least 500 KiB must be read. */
export const MAX_ROBOTS_BYTES = 512_000
/** A longer Crawl-delay would make a crawl endless. */
const MAX_CRAWL_DELAY_MS = 60_000

export const ALLOW_ALL: RobotsRules = { allows: () => true, crawlDelayMs: 0, sitemaps: [] }

/** The package declares an ES default export although it is CommonJS: the import is the function itself. */
const createRules = robotsParser as unknown as typeof robotsParser.default

/** Parses a robots.txt for our product token, the part of the user agent before the slash. */
export const parseRobots = (robotsUrl: string, text: string, userAgent: string): RobotsRules => {
  const token = userAgent.split('/', 1)[0]?.trim() ?? userAgent
  const rules = createRules(robotsUrl, text)
  const delay = rules.getCrawlDelay(token)
  return {
    allows: (url) => rules.isAllowed(url, token) !== false,
    crawlDelayMs: delay === undefined || !(delay > 0) ? 0 : Math.min(delay * 1_000, MAX_CRAWL_DELAY_MS),
    sitemaps: rules
      .getSitemaps()
      .filter((url) => isUrl(url, robotsUrl))
      .map((url) => new URL(url, robotsUrl).href),
  }
}
