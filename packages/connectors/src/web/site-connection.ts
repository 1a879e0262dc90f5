import { type Connection, type ConnectorContext, Failure, type Page, type ReadEnd, type ReadRequest, type RenderSession } from '@inlet/connector-sdk'
import { createReaderProcesses } from '../parsing/subprocess/reader-process.js'
import type { SiteSecrets } from '../site/site-access.js'
import type { WebConfig } from './config.js'
import { createCookieJar } from './crawl/cookie-jar.js'
import { crawl } from './crawl/crawl.js'
import { parseCursor } from './crawl/crawl-cursor.js'
import type { CrawlTools } from './crawl/crawl-tools.js'
import { createRequestHeaders } from './crawl/request-headers.js'
import { STREAM } from './crawl/to-record.js'
import { rendererOf, toRenderSettings } from './rendering-settings.js'
import { createRobotsCache, type RobotsCache } from './robots/robots-cache.js'

/** A site. Between reads it holds nothing open except, for some seconds, the processes that read PDF; it keeps the robots.txt it has read. */
export interface SiteConnection extends Connection {
  readonly config: WebConfig
  readonly robots: RobotsCache
  /** Returns what requests under this signal need. */
  tools(signal: AbortSignal): CrawlTools
  /** Checks that there is a browser, if one is needed. Throws BROWSER_NOT_INSTALLED. */
  checkBrowser(): Promise<void>
  read(request: ReadRequest): AsyncGenerator<Page, ReadEnd, void>
}

export const openSite = (ctx: ConnectorContext<WebConfig, SiteSecrets>): SiteConnection => {
  const { config, http, log, now, known } = ctx
  const closed = new AbortController()
  const headers = createRequestHeaders(config, ctx.secrets)
  const robots = createRobotsCache()
  const processes = createReaderProcesses()
  const tools = (signal: AbortSignal): CrawlTools => ({
    config,
    http,
    headers,
    cookies: createCookieJar(() => now().getTime()),
    processes,
    log,
    now,
    random: Math.random,
    signal: AbortSignal.any([signal, ctx.signal, closed.signal]),
  })
  return {
    config,
    robots,
    tools,
    checkBrowser: async () => rendererOf(ctx)?.check(),
    async *read({ stream, cursor, signal }) {
      if (stream !== STREAM) throw new Failure('INTERNAL', `a site has no stream ${stream}`)
      const rendering: RenderSession | undefined = rendererOf(ctx)?.open(toRenderSettings(ctx, headers))
      try {
        return yield* crawl({ tools: { ...tools(signal), rendering }, known, robots, cursor: parseCursor(cursor) })
      } finally {
        await rendering?.[Symbol.asyncDispose]()
      }
    },
    async [Symbol.asyncDispose]() {
      closed.abort()
      await processes[Symbol.asyncDispose]()
    },
  }
}
