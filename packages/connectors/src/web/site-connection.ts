import { type Connection, type ConnectorContext, Failure, type Page, type ReadRequest } from '@inlet/connector-sdk'
import type { WebConfig, WebSecrets } from './config.js'
import { crawl } from './crawl/crawl.js'
import { parseCursor } from './crawl/crawl-cursor.js'
import type { CrawlTools } from './crawl/crawl-tools.js'
import { createRequestHeaders } from './crawl/request-headers.js'
import { STREAM } from './crawl/to-record.js'
import { createRobotsCache, type RobotsCache } from './robots/robots-cache.js'

/** A site. It holds nothing open between reads; the robots.txt it has read stay with it. */
export interface SiteConnection extends Connection {
  readonly config: WebConfig
  readonly robots: RobotsCache
  /** What requests under this signal need. */
  tools(signal: AbortSignal): CrawlTools
  read(request: ReadRequest): AsyncGenerator<Page, void, void>
}

export const openSite = (ctx: ConnectorContext<WebConfig, WebSecrets>): SiteConnection => {
  const { config, http, log, now, known } = ctx
  const closed = new AbortController()
  const headers = createRequestHeaders(config, ctx.secrets)
  const robots = createRobotsCache()
  const tools = (signal: AbortSignal): CrawlTools => ({
    config,
    http,
    headers,
    log,
    now,
    random: Math.random,
    signal: AbortSignal.any([signal, ctx.signal, closed.signal]),
  })
  return {
    config,
    robots,
    tools,
    read({ stream, cursor, signal }) {
      if (stream !== STREAM) throw new Failure('INTERNAL', `a site has no stream ${stream}`)
      return crawl({ tools: tools(signal), known, robots, cursor: parseCursor(cursor) })
    },
    async [Symbol.asyncDispose]() {
      closed.abort()
    },
  }
}
