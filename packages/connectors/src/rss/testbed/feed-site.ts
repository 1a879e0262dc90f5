import { createHash } from 'node:crypto'
import { type Page, type RejectedRecord, type SourceRecord } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext, type LoopbackServer, type RecordStore, serveHttp } from '@inlet/connector-sdk/testing'
import rss from '../index.js'

export interface SitePage {
  readonly body: string | Buffer
  readonly type?: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Whether ETags are given and understood; default true. */
  readonly etag?: boolean
}

/** Feeds and pages on a free loopback port. The caller closes. */
export interface FeedSite {
  readonly url: string
  readonly host: string
  readonly pages: Map<string, SitePage>
  /** Path and status of every answer. */
  readonly answers: string[]
  readonly server: LoopbackServer
  close(): Promise<void>
}

export const startFeedSite = async (pages: Readonly<Record<string, SitePage>> = {}): Promise<FeedSite> => {
  const map = new Map(Object.entries(pages))
  const answers: string[] = []
  const server = await serveHttp((request, response) => {
    const page = map.get(request.url ?? '')
    const { body = 'not found', type = 'application/xml', status = page === undefined ? 404 : 200, headers = {}, etag = true } = page ?? {}
    const tag = `"${createHash('sha256').update(body).digest('hex').slice(0, 12)}"`
    const same = status === 200 && etag && request.headers['if-none-match'] === tag
    answers.push(`${request.url} ${same ? 304 : status}`)
    if (same) response.writeHead(304, { etag: tag }).end()
    else response.writeHead(status, { 'content-type': type, ...(status === 200 && etag ? { etag: tag } : {}), ...headers }).end(body)
  })
  return { url: server.url, host: `127.0.0.1:${server.port}`, pages: map, answers, server, close: () => server.close() }
}

export interface FeedRun {
  readonly entries: readonly SourceRecord[]
  readonly feeds: readonly SourceRecord[]
  readonly rejected: readonly RejectedRecord[]
  readonly note: string
  readonly written: number
}

/** Reads all streams as a worker does. */
export const runFeeds = async (
  site: FeedSite,
  config: object,
  { store = createRecordStore(), secrets = {}, allow = [] }: { store?: RecordStore; secrets?: object; allow?: readonly string[] } = {},
): Promise<FeedRun> => {
  await using context = await createTestContext({
    connector: rss,
    config: { retries: 0, delayMs: 0, ...config },
    secrets,
    allow: [site.host, ...allow],
    store,
  })
  await using connection = await rss.connect(context)
  const { signal } = new AbortController()
  const pages: Page[] = []
  let written = 0
  for (const spec of await rss.streams(connection, signal)) {
    const run = store.beginRun(spec)
    for await (const page of rss.read(connection, { stream: spec.name, cursor: store.cursor(spec.name), signal })) {
      pages.push(page)
      const effect = run.apply(page)
      written += effect.inserted + effect.updated + effect.deleted
    }
  }
  const records = pages.flatMap((page) => page.records)
  return {
    entries: records.filter(({ stream }) => stream === 'entries'),
    feeds: records.filter(({ stream }) => stream === 'feeds'),
    rejected: pages.flatMap((page) => page.rejected ?? []),
    note: pages.map((page) => page.progress?.note ?? '').join(''),
    written,
  }
}

export const rssFeed = (items: string, channel = ''): string =>
  `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>News</title><link>https://example.com/</link>${channel}${items}</channel></rss>`

export const rssItem = (n: number, text = `What there is to say about ${n}.`): string =>
  `<item><guid isPermaLink="false">id-${n}</guid><title>Entry ${n}</title><link>https://example.com/${n}</link><pubDate>Thu, 01 Jan 2026 00:${String(n % 60).padStart(2, '0')}:00 GMT</pubDate><description>&lt;p&gt;${text}&lt;/p&gt;</description></item>`
