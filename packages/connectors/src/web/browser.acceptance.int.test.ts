import type { ServerResponse } from 'node:http'
import { type AcceptanceFixture, describeConnector } from '@inlet/connector-sdk/testing'
import { findChromium } from '@inlet/testing'
import { describe } from 'vitest'
import web from './index.js'
import { createTestRenderer } from './testing/read-in-browser.js'
import { dataOf, scriptPage } from './testing/script-site.js'
import { startTestSite, type TestPage, type TestSite } from './testing/test-site.js'

const PAGES = 6
const TOKEN = 'canary-3Kd8vNq1Rb6sWe5'
const chromium = findChromium()

const path = (i: number): string => (i === 0 ? '/' : `/page-${i}`)
const put = (site: TestSite, i: number, text = `Text of page ${i}.`): void => {
  const children = [2 * i + 1, 2 * i + 2].filter((child) => child < PAGES).map(path)
  site.pages.set(path(i), scriptPage(`Page ${i}`, `/data/${i}`))
  site.pages.set(`/data/${i}`, onlyFor(dataOf(text, i === 0 ? [...children, ...added(site)] : children)))
}
const added = (site: TestSite): string[] => [...site.pages.keys()].filter((key) => key.startsWith('/added'))

/** What the scripts request needs the credential, too. */
const onlyFor =
  (page: TestPage): TestPage =>
  (request, response) => {
    const allowed = request.headers.authorization === `Bearer ${TOKEN}`
    const body = typeof page === 'function' ? '' : page.body
    response.writeHead(allowed ? 200 : 401, { 'content-type': 'application/json' }).end(allowed ? body : '{}')
  }

const guard = (authorization: string | undefined, response: ServerResponse): void => {
  const status = authorization === `Bearer ${TOKEN}` ? 200 : authorization?.includes('weak') === true ? 403 : 401
  response.writeHead(status, { 'content-type': 'text/html' }).end('<p>private</p>')
}

const settings = (url: string): object => ({
  startUrls: [`${url}/`],
  delayMs: 0,
  sitemap: 'off',
  render: 'browser',
  browser: { waitFor: { selector: 'h1' } },
})

const openFixture = async (): Promise<AcceptanceFixture> => {
  const renderer = createTestRenderer({ chromium: chromium ?? undefined })
  const site = await startTestSite()
  const secure = await startTestSite({ '/': (request, response) => guard(request.headers.authorization, response) })
  const gone = await startTestSite()
  await gone.close()
  for (let i = 0; i < PAGES; i++) put(site, i)
  const named = site.url.replace('127.0.0.1', 'localhost')
  const variant = (url: string, token: string): object => ({ config: settings(url), secrets: { bearerToken: token }, allow: [url.slice(7)] })
  return {
    config: settings(named),
    secrets: { bearerToken: TOKEN },
    allow: [`localhost:${new URL(site.url).port}`],
    renderer,
    minRecords: PAGES,
    truth: () => Promise.resolve(new Map([['pages', new Set(Array.from({ length: PAGES }, (_, i) => named + path(i)))]])),
    async change() {
      site.pages.set('/added', scriptPage('Added', '/data/added'))
      site.pages.set('/data/added', onlyFor(dataOf('Added.')))
      put(site, 0, 'Changed.')
      site.pages.delete(path(PAGES - 1))
    },
    failures: {
      unreachable: variant(gone.url, TOKEN),
      auth: variant(secure.url, 'wrong-token-of-some-length'),
      permission: variant(secure.url, 'weak-token-of-some-length'),
    },
    futureCursor: 'the cursor counts crawls and has no notion of time',
    openConnections: () => site.open(),
    crashRounds: 2,
    async close() {
      await renderer[Symbol.asyncDispose]()
      await site.close()
      await secure.close()
    },
  }
}

const SAME = 'the part that speaks HTTP is the same as without a browser, where this is checked'

describe.skipIf(chromium === null)('in a browser', () => {
  describeConnector(web, {
    fixture: openFixture,
    skip: {
      schema: SAME,
      drift: 'a web site has no schema that could change',
      hostile: SAME,
      large: SAME,
      'rate-limit': SAME,
      writers: SAME,
      crash: SAME,
      resume: SAME,
    },
  })
})
