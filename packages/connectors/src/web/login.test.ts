import { addCaveats, type Page } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext, type RecordStore } from '@inlet/connector-sdk/testing'
import { warningsOf } from '@inlet/domain'
import { afterEach, describe, expect, it } from 'vitest'
import { namesLogin } from './crawl/login-page.js'
import web from './index.js'
import { htmlPage, redirectTo, startTestSite, type TestPage, type TestSite } from './testing/test-site.js'

const sites: TestSite[] = []
const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]()
  await Promise.all(sites.splice(0).map((site) => site.close()))
})
const start = async (pages: Readonly<Record<string, TestPage>>): Promise<TestSite> => {
  const site = await startTestSite(pages)
  sites.push(site)
  return site
}
const FORM = { body: '<title>Sign in</title><form><input type="password"></form><p>Please sign in</p>' }

const connect = async (site: TestSite, store: RecordStore) => {
  const config = { startUrls: [`${site.url}/`], delayMs: 0, retries: 0 }
  const ctx = await createTestContext({ connector: web, config, secrets: {}, allow: [site.host], store })
  const connection = await web.connect(ctx)
  opened.push(connection, ctx)
  return connection
}
const check = async (site: TestSite) => web.check(await connect(site, createRecordStore()), new AbortController().signal)
/** Reads the site and returns the warnings that its run would get. */
const read = async (site: TestSite, store: RecordStore = createRecordStore()) => {
  const connection = await connect(site, store)
  const { signal } = new AbortController()
  const [spec] = await web.streams(connection, signal)
  if (spec === undefined) throw new Error('no stream')
  const run = store.beginRun(spec)
  const pages: Page[] = []
  for await (const page of web.read(connection, { stream: 'pages', cursor: store.cursor('pages'), signal })) {
    pages.push(page)
    run.apply(page)
  }
  return warningsOf(
    addCaveats(
      {},
      pages.flatMap(({ caveats = [] }) => caveats),
    ),
  )
}

describe('the check', () => {
  it.each<[string, Readonly<Record<string, TestPage>>, string]>([
    ['shows a login form', { '/': FORM }, 'AUTH_FAILED'],
    ['redirects to a login form', { '/': redirectTo('/login?next=/'), '/login?next=/': FORM }, 'AUTH_FAILED'],
    ['redirects to the login page of another site', { '/': redirectTo('https://login.example.com/authorize?x=1') }, 'AUTH_FAILED'],
    ['redirects to another site', { '/': redirectTo('https://other.example/authors') }, 'UPSTREAM_INVALID'],
  ])('fails as the run would when the start address %s', async (_, pages, reason) => {
    const site = await start(pages)
    await expect(check(site)).rejects.toMatchObject({ reason })
    await expect(read(site)).rejects.toMatchObject({ reason })
  })

  it('passes for a front page with a form to log in among other things', async () => {
    const site = await start({
      '/': { body: `<title>Sign in or read on</title><form><input type="password"></form><p>${'News of today. '.repeat(60)}</p>` },
    })
    await expect(check(site)).resolves.toBeUndefined()
  })
})

describe('a site whose front page is public', () => {
  const LINKS = ['/a', '/b', '/c', '/d']

  it.each<[string, (path: string) => Readonly<Record<string, TestPage>>]>([
    ['redirect to one login page', (path) => ({ [path]: redirectTo('/login'), '/login': FORM })],
    ['redirect to login pages with their address', (path) => ({ [path]: redirectTo(`/login?next=${path}`), [`/login?next=${path}`]: FORM })],
    ['redirect to a login page that scripts fill', (path) => ({ [path]: redirectTo('/sso/login'), '/sso/login': htmlPage('Loading') })],
    ['show a login form', (path) => ({ [path]: FORM })],
  ])('and whose other pages %s makes its run partial, again and again', async (_, pageOf) => {
    const site = await start(Object.assign({ '/': htmlPage('Welcome', LINKS) }, ...LINKS.map(pageOf)))
    const store = createRecordStore()
    for (const time of [1, 2])
      expect([time, await read(site, store)]).toEqual([
        time,
        [{ reason: 'LOGIN_REQUIRED', message: expect.stringMatching(/^[45] of [56] addresses lead to a login page/u) }],
      ])
  })

  it('may well have a page to log in', async () => {
    const site = await start({
      '/': htmlPage('Welcome', ['/a', '/login', '/account']),
      '/a': htmlPage('A'),
      '/login': FORM,
      '/account': redirectTo('/login'),
    })
    expect(await read(site)).toEqual([])
  })
})

it('distinguishes login pages from others by their address', () => {
  expect(['https://x.example/login', 'https://sso.x.example/', 'https://x.example/oauth2/authorize?a=b'].every(namesLogin)).toBe(true)
  expect(['https://x.example/authors', 'https://x.example/blog/in', 'https://x.example/?next=/login'].some(namesLogin)).toBe(false)
})
