import { randomBytes } from 'node:crypto'
import type { Reason } from '@inlet/connector-sdk'
import { type AcceptanceFixture, describeConnector, repeatUntilStopped, serveHttp, serveRaw } from '@inlet/connector-sdk/testing'
import { type FeedSite, rssFeed, rssItem, type SitePage, startFeedSite } from './fixtures/feed-site.js'
import rss from './index.js'

const FEEDS = 24
const ENTRIES = 250
const LARGE_FEEDS = 60
const LARGE_ENTRIES = 2_500

/** A third of the feeds each are RSS, Atom and JSON. */
const feedOf = (f: number, from: number, to: number): SitePage => {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i)
  const prose = 'Some words about it. '.repeat(10)
  if (f % 3 === 0) return { body: rssFeed(numbers.map((n) => rssItem(n, `${n}. ${prose}`)).join('')) }
  if (f % 3 === 1) {
    const entries = numbers.map(
      (n) => `<entry><id>id-${n}</id><title>Entry ${n}</title><updated>2026-01-01T00:00:00Z</updated><content>${n}. ${prose}</content></entry>`,
    )
    return { body: `<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom ${f}</title>${entries.join('')}</feed>` }
  }
  const items = numbers.map((n) => ({ id: `id-${n}`, title: `Entry ${n}`, content_html: `<p>${n}. ${prose}</p>` }))
  return { body: JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: `JSON ${f}`, items }), type: 'application/feed+json' }
}

const openFixture = async (): Promise<AcceptanceFixture> => {
  const token = `canary-${randomBytes(16).toString('hex')}`
  const opened: { close(): Promise<void> }[] = []
  const open = async (pages: Readonly<Record<string, SitePage>> = {}): Promise<FeedSite> => {
    const site = await startFeedSite(pages)
    opened.push(site)
    return site
  }
  const site = await open()
  for (let f = 0; f < FEEDS; f++) site.pages.set(`/feed-${f}`, feedOf(f, 0, ENTRIES))
  // A name, so that the guard has something to resolve.
  const named = site.url.replace('127.0.0.1', 'localhost')
  const feeds = Array.from({ length: FEEDS }, (_, f) => `${named}/feed-${f}`)
  const closed = await startFeedSite()
  await closed.close()
  const guarded = await serveHttp((request, response) => {
    const { authorization } = request.headers
    response.writeHead(authorization === `Bearer ${token}` ? 200 : authorization?.includes('weak') === true ? 403 : 401).end(rssFeed(rssItem(1)))
  })
  const cut = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-length: 500\r\n\r\n<rss><channel>'))
  const endless = await serveHttp((_, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' })
    const chunk = '<item><title>more</title></item>'.repeat(4_000)
    const write = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', write)
    }
    response.write('<rss><channel>')
    write()
  })
  opened.push(guarded, cut, endless)
  const alone = (url: string) => ({ config: { feeds: [`${url}/`], retries: 0 }, allow: [new URL(url).host] })
  const hostile = async (name: string, page: SitePage, expectReason: Reason) => ({ name, expectReason, ...alone((await open({ '/': page })).url) })
  let last = ENTRIES
  const grow = (): void => {
    last++
    for (const f of [0, 1, 2]) site.pages.set(`/feed-${f}`, feedOf(f, 0, last))
  }
  return {
    config: { feeds },
    secrets: { bearerToken: token },
    allow: [new URL(named).host],
    minRecords: FEEDS * (ENTRIES + 1),
    truth: () =>
      Promise.resolve(
        new Map([
          ['feeds', new Set(feeds)],
          ['entries', new Set(feeds.flatMap((feed) => Array.from({ length: ENTRIES }, (_, n) => JSON.stringify([feed, `id-${n}`]))))],
        ]),
      ),
    change: () => Promise.resolve(grow()),
    failures: {
      unreachable: alone(closed.url),
      auth: { ...alone(guarded.url), secrets: { bearerToken: 'wrong-token-of-some-length' } },
      permission: { ...alone(guarded.url), secrets: { bearerToken: 'weak-token-of-some-length' } },
    },
    futureCursor: 'the cursor names versions of feeds by their hashes and has no notion of time',
    hostile: [
      await hostile('429 for an hour', { body: '', status: 429, headers: { 'retry-after': '3600' } }, 'RATE_LIMITED'),
      await hostile('5xx', { body: '', status: 502 }, 'UPSTREAM_ERROR'),
      await hostile('a page', { body: '<!doctype html><html><body>Log in</body></html>', type: 'text/html' }, 'CONTENT_MISMATCH'),
      await hostile('a document type without an end', { body: '<!DOCTYPE x [<!ENTITY a "ha"><rss/>' }, 'XML_DTD_NOT_ALLOWED'),
      await hostile('nested', { body: '<rss>'.repeat(500_000) }, 'UPSTREAM_INVALID'),
      await hostile('redirect loop', { body: '', status: 302, headers: { location: '/' } }, 'TOO_MANY_REDIRECTS'),
      await hostile('pages in a circle', { body: rssFeed(rssItem(1), '<atom:link rel="next" href="/"/>') }, 'PAGINATION_LOOP').then((one) => ({
        ...one,
        config: { ...one.config, archivePages: 5 },
      })),
      { name: 'truncated', expectReason: 'CONNECTION_LOST', ...alone(cut.url) },
      { name: 'endless', expectReason: 'RESPONSE_TOO_LARGE', ...alone(endless.url) },
    ],
    drift: [
      { name: 'another format', apply: () => Promise.resolve(void site.pages.set('/feed-0', feedOf(1, 0, 10))) },
      {
        name: 'one feed is a page now',
        apply: () => Promise.resolve(void site.pages.set('/feed-1', { body: '<html></html>' })),
        verify(store) {
          if (store.snapshot('feeds').size !== FEEDS) throw new Error('the feed lost its record')
        },
      },
    ],
    writer: async () => repeatUntilStopped(grow),
    async large() {
      const big = await open()
      // Generated on request, so that the server's memory does not count.
      big.pages.get = (path) => feedOf(0, Number(path.slice(1)) * LARGE_ENTRIES, (Number(path.slice(1)) + 1) * LARGE_ENTRIES)
      return {
        records: LARGE_FEEDS * LARGE_ENTRIES,
        config: { feeds: Array.from({ length: LARGE_FEEDS }, (_, f) => `${big.url}/${f}`) },
        allow: [big.host],
        stream: 'entries',
      }
    },
    async rateLimited() {
      const state = { used: 0, window: 0, restUntil: 0, violations: 0 }
      const limited = await serveHttp((request, response) => {
        const now = Date.now()
        if (Math.floor(now / 1_000) !== state.window) [state.window, state.used] = [Math.floor(now / 1_000), 0]
        // Requests already on their way when the limit was hit are no violation.
        if (now < state.restUntil - 800) state.violations++
        if (++state.used > 6) {
          state.restUntil = now + 1_000
          response.writeHead(429, { 'retry-after': '1' }).end()
        } else response.writeHead(200).end(rssFeed(rssItem(Number(request.url?.slice(1)))))
      })
      opened.push(limited)
      return {
        config: { feeds: Array.from({ length: 15 }, (_, i) => `${limited.url}/${i}`), retries: 5, concurrency: 2 },
        allow: [`127.0.0.1:${limited.port}`],
        verify() {
          if (state.violations > 2) throw new Error(`${state.violations} requests came while the server had asked to wait`)
        },
      }
    },
    async close() {
      for (const one of opened) await one.close()
    },
  }
}

describeConnector(rss, { fixture: openFixture })
