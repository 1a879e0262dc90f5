import type { ConnectorLog, HttpClient, RenderSession } from '@inlet/connector-sdk'
import type { ReaderProcesses } from '../../parsing/subprocess/reader-process.js'
import type { WebConfig } from '../config.js'
import type { CookieJar } from './cookie-jar.js'
import type { RequestHeaders } from './request-headers.js'

/** What every part of a crawl needs. */
export interface CrawlTools {
  readonly config: WebConfig
  readonly http: HttpClient
  readonly headers: RequestHeaders
  /** The cookies the site has set so far. */
  readonly cookies: CookieJar
  /** Runs the scripts of pages; absent if pages are taken as they are sent. */
  readonly rendering?: Pick<RenderSession, 'render'> | undefined
  readonly processes: ReaderProcesses
  readonly log: ConnectorLog
  /** Aborts when the crawl must end, on request or after a failure of its own. */
  readonly signal: AbortSignal
  readonly now: () => Date
  /** In [0, 1). */
  readonly random: () => number
}
