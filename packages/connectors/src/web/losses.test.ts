import { addCaveats, type CaveatTally, type Page } from '@inlet/connector-sdk'
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
  readonly texts: ReadonlyMap<string, string>
  readonly caveats: CaveatTally
  readonly swept: boolean
  /** Why something may be missing. */
  readonly unseen: string | null
}

const read = async (
  site: TestSite,
  config: object = {},
  { store = createRecordStore(), check = false }: { store?: RecordStore; check?: boolean } = {},
): Promise<Reading> => {
  const full = { startUrls: [`${site.url}/`], delayMs: 0, retries: 0, ...config }
  await using ctx = await createTestContext({ connector: web, config: full, secrets: {}, allow: [site.host], store })
  await using connection = await web.connect(ctx)
  const { signal } = new AbortController()
  if (check) await web.check(connection, signal)
  const [spec] = await web.streams(connection, signal)
  if (spec === undefined) throw new Error('no stream')
  const run = store.beginRun(spec)
  const pages: Page[] = []
  const reading = web.read(connection, { stream: 'pages', cursor: store.cursor('pages'), signal })
  let next = await reading.next()
  for (; next.done !== true; next = await reading.next()) {
    pages.push(next.value)
    run.apply(next.value)
  }
  const end = next.value
  const path = (key: unknown): string => decodeURI(String(key).replace(site.url, ''))
  const records = pages.flatMap((page) => page.records)
  return {
    keys: [...store.snapshot('pages').keys()].map(path).sort(),
    texts: new Map(records.map((record) => [path(record.key), record.text ?? ''])),
    caveats: addCaveats(
      {},
      pages.flatMap((page) => page.caveats ?? []),
    ),
    swept: pages.some((page) => page.sweep !== undefined),
    unseen: end === undefined || end.complete ? null : end.message,
  }
}

const page = (title: string, text: string, canonical?: string): TestPage => ({
  body: `<!doctype html><title>${title}</title>${canonical === undefined ? '' : `<link rel="canonical" href="${canonical}">`}<main><h1>${title}</h1>${text}</main>`,
})
const links = (...paths: readonly string[]) => paths.map((path) => `<a href="${path}">${path}</a>`).join(' ')
const ferry = (n: number) =>
  `<p>The ferry to the island leaves at nine and comes back at six. Tickets are sold at the pier. Text of page number ${n}, which no other has.</p>`

describe('canonical addresses', () => {
  it('are not followed to the home page by pages with text of their own', async () => {
    const paths = ['/p1', '/p2', '/p3']
    const site = await start({
      '/': page('Page 0', ferry(0) + links(...paths), '/'),
      ...Object.fromEntries(paths.map((path, n) => [path, page(`Page ${n + 1}`, ferry(n + 1) + links('/'), '/')])),
    })
    const store = createRecordStore()
    const { keys, caveats } = await read(site, {}, { store })
    expect(keys).toEqual(['/', ...paths])
    expect(caveats.CANONICAL_IGNORED).toMatchObject({ count: 3, of: 4, examples: [`${site.url}/p1`] })
    expect((await read(site, {}, { store })).keys).toEqual(['/', ...paths])
  })

  it('are not followed by pages with the same title but different texts', async () => {
    const site = await start({
      '/': page('Shop', `<p>Welcome to the shop of all good things under the sun.</p>${links('/a', '/b')}`),
      '/a': page('Shop', '<p>Apples are red or green, and grow on trees in gardens near rivers.</p>', '/'),
      '/b': page('Shop', '<p>Boots for winter walks, made by hand from the best leather.</p>', '/'),
    })
    expect((await read(site)).keys).toEqual(['/', '/a', '/b'])
  })

  it('are followed by duplicates, even if the page they name did not change', async () => {
    const list = '<p>Apples, pears, plums and cherries from all over the country.</p>'
    const site = await start({
      '/': page('Home', links('/list?sort=1', '/list', '/print')),
      '/list': page('List', list, '/list'),
      '/list?sort=1': page('List', '<p>Cherries, apples, plums and pears from all over the country.</p>', '/list'),
      '/print': page('List', `${list}<p>Printed.</p>`, '/list'),
    })
    const store = createRecordStore()
    const first = await read(site, {}, { store })
    expect(first.keys).toEqual(['/', '/list'])
    expect(first.caveats.CANONICAL_ELSEWHERE).toMatchObject({ count: 2, of: 4 })
    expect((await read(site, {}, { store })).keys).toEqual(['/', '/list'])
  })
})

describe('sitemaps', () => {
  const site = (sitemap: TestPage, more: Readonly<Record<string, TestPage>> = {}) =>
    start({ '/': htmlPage('H'), '/s0': htmlPage('S0'), '/s1': htmlPage('S1'), '/q?a=1&b=2': htmlPage('Q'), '/sitemap.xml': sitemap, ...more })
  const xml = (body: string | Buffer): TestPage => ({ body, type: 'application/xml' })

  it.each([
    [
      'a bare ampersand',
      '<urlset><url><loc>/q?a=1&b=2</loc></url><url><loc>/s0</loc></url><url><loc>/s1</loc></url></urlset>',
      ['/', '/q?a=1&b=2', '/s0', '/s1'],
    ],
    ['a cut', '<urlset><url><loc>/s0</loc></url><url><loc>/s1</loc></url>\n', ['/', '/s0', '/s1']],
    ['an entity', '<urlset><url><loc>/s0</loc></url><url><loc>/x-&Acirc;</loc></url><url><loc>/s1</loc></url></urlset>', ['/', '/s0', '/s1']],
  ])('with %s are read as far as they are intact, and the run says so', async (_what, body, keys) => {
    const found = await read(await site(xml(body)))
    expect(found).toMatchObject({ keys, swept: false, unseen: expect.stringContaining(': a sitemap could not be read completely') })
    expect(found.caveats.READ_IN_PART).toMatchObject({ count: 1, of: 1, examples: [expect.stringContaining('/sitemap.xml: it ')] })
  })

  it.each([
    ['in UTF-16', Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><urlset><url><loc>/s0</loc></url></urlset>', 'utf16le')],
    [
      'in UTF-16 without a mark',
      Buffer.from('<?xml version="1.0" encoding="UTF-16"?><urlset><url><loc>/s0</loc></url></urlset>', 'utf16le').swap16(),
    ],
    ['with a DOCTYPE', Buffer.from('<!DOCTYPE urlset PUBLIC "-//E//DTD" "http://dtd.example/s.dtd"><urlset><url><loc>/s0</loc></url></urlset>')],
  ])('%s are read', async (_what, body) => {
    const found = await read(await site(xml(body)))
    expect(found).toMatchObject({ keys: ['/', '/s0'], swept: true, caveats: { READ_IN_PART: { count: 0, of: 1 } } })
  })

  it('are found by relative URLs in robots.txt, and a failing one is reported by the run', async () => {
    const robots = { body: 'Sitemap: /index.xml\nSitemap: /broken.xml', type: 'text/plain' }
    const index = xml('<sitemapindex><sitemap><loc>/sitemap.xml</loc></sitemap></sitemapindex>')
    const found = await read(
      await site(xml('<urlset><url><loc>/s0</loc></url></urlset>'), {
        '/robots.txt': robots,
        '/index.xml': index,
        '/broken.xml': { body: 'x', status: 500 },
      }),
    )
    expect(found.keys).toEqual(['/', '/s0'])
    expect(found.caveats.READ_IN_PART).toMatchObject({ count: 1, of: 3 })
  })
})

describe('answers', () => {
  const cookie =
    (path: string, set: string, then: string): TestPage =>
    (request, response) =>
      request.headers.cookie?.includes('sid=1') === true
        ? response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>${then}</p>`)
        : response.writeHead(302, { location: path, 'set-cookie': [set, 'other=2; Path=/'] }).end()

  it('a redirect to itself that sets a cookie is followed with it, in the check too', async () => {
    const site = await start({ '/': cookie('/', 'sid=1; Path=/', 'Welcome') })
    expect((await read(site, {}, { check: true })).texts.get('/')).toBe('Welcome')
  })

  it('so is one over another URL', async () => {
    const site = await start({
      '/': cookie('/set?back=/', 'seen=1', 'Welcome'),
      '/set?back=/': { body: '', status: 302, headers: { location: '/', 'set-cookie': 'sid=1; Path=/' } },
    })
    expect((await read(site)).texts.get('/')).toBe('Welcome')
  })

  it('a loop that no cookie ends is refused', async () => {
    let n = 0
    const site = await start({ '/': (_request, response) => response.writeHead(302, { location: '/', 'set-cookie': `n=${n++}` }).end() })
    await expect(read(site)).rejects.toMatchObject({ reason: 'TOO_MANY_REDIRECTS' })
    expect(n).toBeLessThan(10)
  })

  it('raw UTF-8 in a Location names the same URL as its escapes', async () => {
    const raw = Buffer.from('/café/日本').toString('latin1')
    const site = await start({ '/': redirectTo(raw), [encodeURI('/café/日本')]: htmlPage('C') })
    expect((await read(site)).keys).toEqual(['/café/日本'])
  })

  it('a Content-Encoding that is no coding changes nothing', async () => {
    const site = await start({ '/': { body: '<p>Text</p>', headers: { 'content-encoding': 'UTF-8' } } })
    expect((await read(site)).texts.get('/')).toBe('Text')
  })

  it.each([
    ['by its type', 'application/xhtml+xml', ''],
    ['by its declaration', 'text/html', '<?xml version="1.0"?>'],
  ])('XHTML %s closes elements as XML does', async (_how, type, declaration) => {
    const body = `${declaration}<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="x.js"/></head><body><h1>Timetable</h1><div class="nav"/><p>The ferry</p><![CDATA[ leaves]]></body></html>`
    const site = await start({ '/': { body, type } })
    expect((await read(site)).texts.get('/')).toBe('# Timetable\n\nThe ferry\n\nleaves')
  })
})

describe('what the run says', () => {
  it('counts links that were not followed, by reason, and pages without text', async () => {
    const nofollow = ['/n1', '/n2'].map((path) => `<a rel="nofollow" href="${path}">n</a>`).join('')
    const site = await start({
      '/robots.txt': { body: 'User-agent: *\nDisallow: /secret', type: 'text/plain' },
      '/': htmlPage('H', ['/secret', '/empty', '/n2'], nofollow),
      '/empty': { body: '<title>E</title><img src="x.png">' },
      '/n2': htmlPage('N2'),
    })
    const { caveats } = await read(site)
    expect(caveats.LINKS_NOT_FOLLOWED).toMatchObject({
      count: 2,
      examples: [`nofollow: 1, e.g. ${site.url}/n1`, `robots: 1, e.g. ${site.url}/secret`],
    })
    expect(caveats.DOCUMENT_WITHOUT_TEXT).toEqual({ count: 1, of: 3, examples: [`${site.url}/empty`] })
  })

  it('names pages whose encoding was guessed or damaged', async () => {
    const latin = Buffer.from('<p>Gr\xfc\xdfe aus M\xfcnchen</p>', 'latin1')
    const site = await start({ '/': { body: latin, type: 'text/html' } })
    const { texts, caveats } = await read(site)
    expect(texts.get('/')).toBe('Grüße aus München')
    expect(caveats.ENCODING_GUESSED?.count).toBe(1)
  })
})
