import { gzipSync } from 'node:zlib'
import type { Cursor, Page } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext, type RecordStore } from '@inlet/connector-sdk/testing'
import { afterEach, describe, expect, it } from 'vitest'
import web from './index.js'
import { htmlPage, redirectTo, startTestSite, type TestPage, type TestSite } from './testing/test-site.js'

const sites: TestSite[] = []
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close()
})

const start = async (pages: Readonly<Record<string, TestPage>>): Promise<TestSite> => {
  const site = await startTestSite(pages)
  sites.push(site)
  return site
}

interface Reading {
  readonly keys: readonly string[]
  readonly unchanged: readonly string[]
  readonly swept: boolean
  readonly cursor: Cursor | undefined
  readonly note: string
}

/** Reads the site to the end as the worker does and applies the pages to the store. */
const read = async (site: TestSite, config: object = {}, options: { store?: RecordStore; secrets?: object } = {}): Promise<Reading> => {
  const store = options.store ?? createRecordStore()
  const full = { startUrls: [`${site.url}/`], delayMs: 0, retries: 0, ...config }
  await using ctx = await createTestContext({ connector: web, config: full, secrets: options.secrets ?? {}, allow: [site.host], store })
  await using connection = await web.connect(ctx)
  const signal = new AbortController().signal
  const [spec] = await web.streams(connection, signal)
  if (spec === undefined) throw new Error('no stream')
  const run = store.beginRun(spec)
  const pages: Page[] = []
  for await (const page of web.read(connection, { stream: 'pages', cursor: store.cursor('pages'), signal })) {
    pages.push(page)
    run.apply(page)
  }
  const path = (key: unknown): string => String(key).replace(site.url, '')
  return {
    keys: pages.flatMap((page) => page.records.map((record) => path(record.key))).sort(),
    unchanged: pages.flatMap((page) => (page.unchanged ?? []).map(path)).sort(),
    swept: pages.some((page) => page.sweep !== undefined),
    cursor: pages.at(-1)?.cursor,
    note: pages.at(-1)?.progress?.note ?? '',
  }
}

const stored = (store: RecordStore): string[] => [...store.snapshot('pages').keys()].map((key) => new URL(key).pathname).sort()

describe('what is found', () => {
  it('follows links and gives records with text, title, links and metadata', async () => {
    const site = await start({ '/': htmlPage('Home', ['/a', '/a#part', '/pic.png', 'https://other.example/']), '/a': htmlPage('A', ['/']) })
    const store = createRecordStore()
    const result = await read(site, {}, { store })
    expect(result).toMatchObject({ keys: ['/', '/a'], swept: true })
    expect(store.find('pages', `${site.url}/a`)?.record).toMatchObject({
      kind: 'document',
      title: 'A',
      url: `${site.url}/a`,
      text: `# A\n\nWhat there is to say about A.\n\n- [to /](${site.url}/)`,
      data: { language: 'en', contentType: 'text/html', links: [`${site.url}/`] },
    })
    expect(site.requests).toEqual(['/robots.txt', '/sitemap.xml', '/', '/a'])
  })

  it('keeps to depth, globs and the page cap, and does not sweep when capped', async () => {
    const site = await start({
      '/': htmlPage('H', ['/docs/1', '/x']),
      '/docs/1': htmlPage('1', ['/docs/2']),
      '/docs/2': htmlPage('2', ['/docs/3']),
      '/docs/3': htmlPage('3'),
    })
    expect((await read(site, { include: ['/docs/**'] })).keys).toEqual(['/', '/docs/1', '/docs/2', '/docs/3'])
    expect((await read(site, { maxDepth: 2, exclude: ['/x'] })).keys).toEqual(['/', '/docs/1', '/docs/2'])
    expect(await read(site, { maxPages: 2 })).toMatchObject({ keys: ['/', '/docs/1'], swept: false })
  })

  it('reads sitemaps: those of robots.txt, an index, compressed ones, and the usual URL', async () => {
    const map = (...paths: string[]): string => `<urlset>${paths.map((path) => `<url><loc>${site.url}${path}</loc></url>`).join('')}</urlset>`
    const site: TestSite = await start({ '/': htmlPage('H'), '/a': htmlPage('A'), '/b': htmlPage('B') })
    site.pages.set('/sitemap.xml', { body: map('/a'), type: 'application/xml' })
    expect((await read(site)).keys).toEqual(['/', '/a'])
    site.pages.set('/robots.txt', { body: `Sitemap: ${site.url}/index.xml`, type: 'text/plain' })
    site.pages.set('/index.xml', { body: `<sitemapindex><sitemap><loc>${site.url}/b.xml.gz</loc></sitemap></sitemapindex>`, type: 'application/xml' })
    site.pages.set('/b.xml.gz', { body: gzipSync(map('/b')), type: 'application/gzip' })
    expect((await read(site)).keys).toEqual(['/', '/b'])
    expect((await read(site, { sitemap: 'off' })).keys).toEqual(['/'])
  })

  it('refuses a configured sitemap that is none, and reads one with a DOCTYPE', async () => {
    const site = await start({ '/': htmlPage('H'), '/sitemap.xml': { body: '<!DOCTYPE urlset []><urlset/>', type: 'application/xml' } })
    expect(await read(site)).toMatchObject({ keys: ['/'], swept: true })
    await expect(read(site, { sitemap: [`${site.url}/`] })).rejects.toMatchObject({ reason: 'CONTENT_MISMATCH' })
  })

  it('obeys robots.txt, robots meta and nofollow, unless configured not to', async () => {
    const site = await start({
      '/robots.txt': { body: 'User-agent: *\nDisallow: /secret', type: 'text/plain' },
      '/': htmlPage('H', ['/secret', '/noindex'], '<a rel="nofollow" href="/nofollow">n</a>'),
      '/secret': htmlPage('S'),
      '/nofollow': htmlPage('N'),
      '/noindex': { body: '<meta name="robots" content="noindex"><p>x</p><a href="/behind">b</a>' },
      '/behind': htmlPage('B'),
    })
    expect((await read(site)).keys).toEqual(['/', '/behind'])
    expect(site.requests).not.toContain('/secret')
    expect((await read(site, { robots: 'ignore', robotsMeta: 'ignore' })).keys).toEqual(['/', '/behind', '/nofollow', '/noindex', '/secret'])
  })

  it('identifies a page by its final and canonical URL, and each content once', async () => {
    const site = await start({
      '/': htmlPage('H', ['/old', '/stub', '/v?sort=1', '/broken-canonical', '/copy', '/original', '/p?utm_source=x']),
      '/old': redirectTo('/new', 301),
      '/new': htmlPage('New'),
      '/stub': { body: '<meta http-equiv="refresh" content="0;url=/new"><a href="/new">moved</a>' },
      '/v?sort=1': { body: '<link rel="canonical" href="/v"><p>v sorted</p>' },
      '/v': htmlPage('V'),
      '/broken-canonical': { body: '<link rel="canonical" href="/missing"><p>still here</p>' },
      '/copy': { body: '<p>same</p>' },
      '/original': { body: '<p>same</p>' },
      '/p': htmlPage('P'),
    })
    const { keys, note } = await read(site, { concurrency: 1 })
    expect(keys).toEqual(['/', '/broken-canonical', '/copy', '/new', '/p', '/v'])
    expect(note).toContain('duplicate 1')
    expect((await read(site, { canonical: 'ignore', dedupe: false })).keys).toContain('/v?sort=1')
  })

  it('avoids loops and traps', async () => {
    const endless: TestPage = (request, response) => {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<p>${request.url}</p><a href="${request.url?.replace(/\/$/, '')}/again/">x</a><a href="?q=${request.url?.length}1">q</a>`)
    }
    const site = await start({ '/': htmlPage('H', ['/loop', '/trap/']), '/loop': redirectTo('/loop2'), '/loop2': redirectTo('/loop') })
    const get = site.pages.get.bind(site.pages)
    site.pages.get = (path) => get(path) ?? (path.startsWith('/trap') ? endless : undefined)
    const { keys, swept } = await read(site, { concurrency: 8 })
    expect(keys.length).toBeLessThan(1_000)
    expect(swept).toBe(true)
  })

  it('skips other types and large pages, and reads text, Markdown and other charsets', async () => {
    const site = await start({
      '/': htmlPage('H', ['/json', '/big', '/notes', '/text', '/latin']),
      '/json': { body: '{}', type: 'application/json' },
      '/big': { body: `<p>${'x'.repeat(20_000)}</p>` },
      '/notes': { body: '# Notes\n\n[next](/from-notes)', type: 'text/markdown' },
      '/from-notes': htmlPage('F'),
      '/text': { body: 'plain', type: 'text/plain' },
      '/latin': { body: Buffer.from('<title>Grüße</title><p>für</p>', 'latin1'), type: 'text/html; charset=ISO-8859-1' },
    })
    const store = createRecordStore()
    const { keys, note } = await read(site, { maxPageBytes: 10_000 }, { store })
    expect(keys).toEqual(['/', '/from-notes', '/latin', '/notes', '/text'])
    expect(note).toMatch(/content type 1.*too large 1|too large 1.*content type 1/)
    expect(store.find('pages', `${site.url}/latin`)?.record).toMatchObject({ title: 'Grüße', text: 'für' })
  })
})

describe('the second time', () => {
  it('requests conditionally, and finds what is new, changed and gone', async () => {
    const site = await start({ '/': htmlPage('H', ['/a', '/b']), '/a': htmlPage('A', ['/a/1']), '/a/1': htmlPage('A1'), '/b': htmlPage('B') })
    const store = createRecordStore()
    const first = await read(site, {}, { store })
    const second = await read(site, {}, { store })
    expect(second).toMatchObject({ keys: [], unchanged: ['/', '/a', '/a/1', '/b'], swept: true, cursor: first.cursor })
    site.pages.set('/a/1', htmlPage('A1', ['/new']))
    site.pages.set('/new', htmlPage('New'))
    site.pages.delete('/b')
    expect(await read(site, {}, { store })).toMatchObject({ keys: ['/a/1', '/new'], unchanged: ['/', '/a'], swept: true })
    expect(stored(store)).toEqual(['/', '/a', '/a/1', '/new'])
  })

  it('loses nothing if the first crawl ended halfway', async () => {
    const site = await start({ '/': htmlPage('H', ['/a']), '/a': htmlPage('A', ['/b']), '/b': htmlPage('B') })
    const whole = createRecordStore()
    await read(site, {}, { store: whole })
    const half = createRecordStore()
    const home = whole.find('pages', `${site.url}/`)
    if (home === undefined) throw new Error('no home page')
    half.beginRun({ name: 'pages', kind: 'document', incremental: true, deletes: 'sweep' }).apply({ records: [home.record] })
    await read(site, {}, { store: half })
    expect(half.snapshot('pages')).toEqual(whole.snapshot('pages'))
  })

  it('reads again when the settings say so', async () => {
    const site = await start({ '/': htmlPage('H', ['/a', '/b']), '/a': htmlPage('A'), '/b': htmlPage('B') })
    const store = createRecordStore()
    await read(site, { exclude: ['/b'] }, { store })
    await read(site, { exclude: ['/a'] }, { store })
    expect(stored(store)).toEqual(['/', '/b'])
  })

  it('keeps pages that fail or are refused, does not sweep after a failure, and returns to new ones', async () => {
    const site = await start({ '/': htmlPage('H', ['/a', '/b']), '/a': htmlPage('A'), '/b': { body: '', status: 500 } })
    const store = createRecordStore()
    expect(await read(site, {}, { store })).toMatchObject({ keys: ['/', '/a'], swept: false })
    site.pages.set('/b', htmlPage('B'))
    site.pages.set('/a', { body: '', status: 403 })
    expect(await read(site, {}, { store })).toMatchObject({ keys: ['/b'], unchanged: ['/', '/a'], swept: true })
    site.pages.set('/a', { body: '', status: 503 })
    expect(await read(site, {}, { store })).toMatchObject({ keys: [], unchanged: ['/', '/a', '/b'], swept: false })
    expect(stored(store)).toEqual(['/', '/a', '/b'])
  })

  it('finds a page whose link was dead before', async () => {
    const site = await start({ '/': htmlPage('H', ['/later']) })
    const store = createRecordStore()
    await read(site, {}, { store })
    site.pages.set('/later', htmlPage('Later'))
    expect((await read(site, {}, { store })).keys).toEqual(['/later'])
  })

  it('trusts the lastmod of a sitemap if configured to', async () => {
    const site: TestSite = await start({ '/': htmlPage('H'), '/a': htmlPage('A') })
    site.pages.set('/sitemap.xml', { body: `<urlset><url><loc>${site.url}/a</loc><lastmod>2024-01-01</lastmod></url></urlset>`, type: 'text/xml' })
    const store = createRecordStore()
    await read(site, { sitemapLastmod: true }, { store })
    const before = site.requests.length
    expect((await read(site, { sitemapLastmod: true }, { store })).unchanged).toEqual(['/', '/a'])
    expect(site.requests.slice(before)).not.toContain('/a')
  })

  it('does not take a login page for the site', async () => {
    const site = await start({ '/': htmlPage('H', ['/a']), '/a': htmlPage('A') })
    const store = createRecordStore()
    await read(site, {}, { store })
    site.pages.set('/a', redirectTo('/login?next=/a'))
    site.pages.set('/login?next=/a', { body: '<title>Sign in</title><form><input type="password"></form><p>Please sign in</p>' })
    await expect(read(site, {}, { store })).rejects.toMatchObject({ reason: 'AUTH_FAILED' })
    expect(stored(store)).toEqual(['/', '/a'])
  })
})

describe('failures', () => {
  it.each<[string, TestPage, string]>([
    ['401', { body: '', status: 401 }, 'AUTH_FAILED'],
    ['403', { body: '', status: 403 }, 'PERMISSION_DENIED'],
    ['404', { body: '', status: 404 }, 'NOT_FOUND_UPSTREAM'],
    ['500', { body: '', status: 500 }, 'UPSTREAM_ERROR'],
    ['429', { body: '', status: 429 }, 'RATE_LIMITED'],
    ['JSON', { body: '{}', type: 'application/json' }, 'CONTENT_MISMATCH'],
    ['a page without text', { body: '<div id="app"></div><script src="app.js"></script>' }, 'CONTENT_MISMATCH'],
    ['a redirect to another site', redirectTo('https://other.example/'), 'UPSTREAM_INVALID'],
    ['a redirect to itself', redirectTo('/'), 'TOO_MANY_REDIRECTS'],
    [
      'a cut body',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html', 'content-length': '99' }).write('<p>', () => response.destroy()),
      'CONNECTION_LOST',
    ],
  ])('a start address that gives %s', async (_, page, reason) => {
    const site = await start({ '/': page })
    await expect(read(site)).rejects.toMatchObject({ reason })
  })

  it('waits as long as the site asks, and parks when that is long', async () => {
    let asked = 0
    const busy: TestPage = (_, response) => {
      if (asked++ === 0) response.writeHead(503, { 'retry-after': '1' }).end()
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<p>at last</p>')
    }
    const site = await start({ '/': busy })
    expect((await read(site, { retries: 1 })).keys).toEqual(['/'])
    site.pages.set('/', { body: '', status: 429, headers: { 'retry-after': '3600' } })
    await expect(read(site, { retries: 5 })).rejects.toMatchObject({ reason: 'RATE_LIMITED', retryAfterMs: 3_600_000 })
  })

  it('retries what may pass', async () => {
    let asked = 0
    const shaky: TestPage = (_, response) => {
      if (asked++ === 0) response.destroy()
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<p>fine</p>')
    }
    const site = await start({ '/': htmlPage('H', ['/shaky']), '/shaky': shaky })
    expect(await read(site, { retries: 2 })).toMatchObject({ keys: ['/', '/shaky'], swept: true })
  })

  it('says that robots.txt forbids the start address, or cannot be read', async () => {
    const site = await start({ '/': htmlPage('H'), '/robots.txt': { body: 'User-agent: *\nDisallow: /', type: 'text/plain' } })
    await expect(read(site)).rejects.toMatchObject({ reason: 'ROBOTS_DISALLOWED', field: 'config.startUrls' })
    site.pages.set('/robots.txt', { body: '', status: 503 })
    await expect(read(site)).rejects.toMatchObject({ reason: 'UPSTREAM_ERROR' })
  })

  it('gives up on a site that went down, keeping what is stored', async () => {
    const paths = Array.from({ length: 60 }, (_, i) => `/p${i}`)
    const site = await start({ '/': htmlPage('H', paths), ...Object.fromEntries(paths.map((path) => [path, { body: '', status: 500 }])) })
    await expect(read(site)).rejects.toMatchObject({ reason: 'UPSTREAM_ERROR' })
    expect(site.requests.length).toBeLessThan(40)
  })
})

describe('credentials', () => {
  it('go to the start addresses only', async () => {
    const needsAuth: TestPage = (request, response) => {
      const { authorization, cookie, 'x-key': key } = request.headers
      response
        .writeHead(authorization === 'Basic dTpwdw==' && cookie === 'a=b' && key === 'k1' ? 200 : 401, { 'content-type': 'text/html' })
        .end('<p>private</p>')
    }
    const site = await start({ '/': needsAuth })
    const secrets = { username: 'u', password: 'pw', cookie: 'a=b', headers: { 'X-Key': 'k1' } }
    expect((await read(site, {}, { secrets })).keys).toEqual(['/'])
    await expect(read(site)).rejects.toMatchObject({ reason: 'AUTH_FAILED' })
  })
})
