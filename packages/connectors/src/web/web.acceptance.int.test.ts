import type { ServerResponse } from 'node:http'
import { type AcceptanceFixture, describeConnector, repeatUntilStopped, serveRaw } from '@inlet/connector-sdk/testing'
import web from './index.js'
import { htmlPage, redirectTo, startTestSite, type TestPage, type TestSite } from './testing/test-site.js'

const PAGES = 700
const TOKEN = 'canary-7Hq2mZp9Xw4tLr8'

const path = (i: number): string => (i <= 0 ? '/' : `/page-${i}.html`)

/** Fills a site with a tree of pages that need the token. */
const fill = (site: TestSite): void => {
  for (let i = 0; i < PAGES; i++) {
    const children = Array.from({ length: 8 }, (_, k) => i * 8 + k + 1).filter((child) => child < PAGES)
    site.pages.set(path(i), htmlPage(`Page ${i}`, children.map(path), `<p>${'word '.repeat(400)}</p>`))
  }
}

const openFixture = async (): Promise<AcceptanceFixture> => {
  const sites: { close(): Promise<void> }[] = []
  const open = async (pages: Readonly<Record<string, TestPage>> = {}): Promise<TestSite> => {
    const site = await startTestSite(pages)
    sites.push(site)
    return site
  }
  const variant = (site: { readonly url: string }) => ({ config: { ...settings(site.url), retries: 0 }, allow: [site.url.slice(7)] })
  const answering = async (page: TestPage) => variant(await open({ '/': page }))
  const site = await open()
  // A name, so that the guard has something to resolve.
  const named = site.url.replace('127.0.0.1', 'localhost')
  fill(site)
  const gone = await startTestSite()
  await gone.close()
  const secure = await open({ '/': (request, response) => guard(request.headers.authorization, response) })
  const cut = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 500\r\n\r\n<p>half'))
  sites.push(cut)
  let edition = 0
  let added = PAGES
  const addPage = (): void => {
    site.pages.set(path(added), htmlPage(`Page ${added}`))
    site.pages.set(
      path(1),
      htmlPage(`Page 1, edition ${++edition}`, [...Array.from({ length: 8 }, (_, k) => path(9 + k)), ...range(PAGES, added + 1).map(path)]),
    )
    added++
  }
  return {
    config: settings(named),
    secrets: { bearerToken: TOKEN },
    allow: [`localhost:${new URL(site.url).port}`],
    minRecords: PAGES,
    truth: async () => new Map([['pages', new Set([...site.pages.keys()].map((key) => named + key))]]),
    async change() {
      addPage()
      site.pages.delete(path(PAGES - 1))
      site.pages.set(path(2), htmlPage('Page 2, changed', range(17, 25).map(path)))
    },
    failures: {
      unreachable: { config: settings(gone.url), allow: [gone.host] },
      auth: { config: settings(secure.url), secrets: { bearerToken: 'wrong-token-of-some-length' }, allow: [secure.host] },
      permission: { config: settings(secure.url), secrets: { bearerToken: 'weak-token-of-some-length' }, allow: [secure.host] },
    },
    futureCursor: 'the cursor counts crawls and has no notion of time',
    hostile: [
      { name: '429 for an hour', ...(await answering({ body: '', status: 429, headers: { 'retry-after': '3600' } })), expectReason: 'RATE_LIMITED' },
      { name: '5xx', ...(await answering({ body: '', status: 502 })), expectReason: 'UPSTREAM_ERROR' },
      { name: 'truncated', ...variant(cut), expectReason: 'CONNECTION_LOST' },
      { name: 'wrong type', ...(await answering({ body: 'x', type: 'application/octet-stream' })), expectReason: 'CONTENT_MISMATCH' },
      { name: 'redirect loop', ...variant(await open({ '/': redirectTo('/b'), '/b': redirectTo('/') })), expectReason: 'TOO_MANY_REDIRECTS' },
      {
        name: 'login page',
        ...(await answering({ body: '<title>Log in</title><form>Log in<input type="password"></form>' })),
        expectReason: ['AUTH_FAILED', 'CONTENT_MISMATCH'],
      },
      { name: 'endless body', ...(await answering(endless)), expectReason: 'RESPONSE_TOO_LARGE' },
    ],
    writer: async () => repeatUntilStopped(addPage, 5),
    openConnections: () => site.open(),
    async large() {
      const big = await open()
      const get = big.pages.get.bind(big.pages)
      big.pages.get = (key) => get(key) ?? (key.startsWith('/n/') ? generated(Number(key.slice(3))) : key === '/' ? generated(0) : undefined)
      return { config: { ...settings(big.url), maxPages: LARGE + 10 }, allow: [big.host], records: LARGE }
    },
    async rateLimited() {
      const limited = await open()
      let window = 0
      let used = 0
      let violations = 0
      let mayAskAt = 0
      const get =
        (i: number): TestPage =>
        (request, response) => {
          const now = Date.now()
          if (Math.floor(now / 1_000) !== window) [window, used] = [Math.floor(now / 1_000), 0]
          // Requests already on their way when the limit was hit are no violation.
          if (now < mayAskAt - 700) violations++
          if (++used > 60) {
            mayAskAt = now + 1_000
            response.writeHead(429, { 'retry-after': '1' }).end()
            return
          }
          response.writeHead(200, { 'content-type': 'text/html' }).end(
            `<p>${i} ${request.url}</p>${range(i * 8 + 1, i * 8 + 9)
              .filter((k) => k < 150)
              .map((k) => `<a href="${path(k)}">x</a>`)
              .join('')}`,
          )
        }
      for (let i = 0; i < 150; i++) limited.pages.set(path(i), get(i))
      return {
        config: { ...settings(limited.url), concurrency: 2, sitemap: 'off', retries: 5 },
        allow: [limited.host],
        verify() {
          if (violations > 2) throw new Error(`${violations} requests came while the site had asked to wait`)
        },
      }
    },
    async close() {
      for (const opened of sites) await opened.close()
    },
  }
}

const LARGE = 8_000

const settings = (url: string) => ({ startUrls: [`${url}/`], concurrency: 16, delayMs: 0 })

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k)

const generated = (i: number): TestPage =>
  htmlPage(
    `Page ${i}`,
    range(i * 10 + 1, i * 10 + 11)
      .filter((child) => child < LARGE)
      .map((child) => `/n/${child}`),
    `<p>${'text '.repeat(300)}</p>`,
  )

const guard = (authorization: string | undefined, response: ServerResponse): void => {
  const status = authorization === `Bearer ${TOKEN}` ? 200 : authorization?.includes('weak') === true ? 403 : 401
  response.writeHead(status, { 'content-type': 'text/html' }).end('<p>private</p>')
}

const endless: TestPage = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/html' })
  const chunk = '<p>more</p>'.repeat(6_000)
  const write = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', write)
  }
  write()
}

describeConnector(web, {
  fixture: openFixture,
  skip: { drift: 'a web site has no schema that could change; changed pages are part of the check of incremental reads' },
})
