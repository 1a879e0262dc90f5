import { createRecordStore } from '@inlet/connector-sdk/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { type FeedSite, rssFeed, rssItem, runFeeds, type SitePage, startFeedSite } from './fixtures/feed-site.js'

const sites: FeedSite[] = []
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close()
})
const start = async (pages: Readonly<Record<string, SitePage>> = {}): Promise<FeedSite> => {
  const site = await startFeedSite(pages)
  sites.push(site)
  return site
}
const titles = (records: readonly { readonly title?: string | undefined }[]) => records.map((record) => record.title)

describe('entries', () => {
  it('become documents with Markdown, and only new and changed ones come again', async () => {
    const site = await start({ '/a': { body: rssFeed(rssItem(1) + rssItem(2)) } })
    const store = createRecordStore()
    const config = { feeds: [`${site.url}/a`] }
    const first = await runFeeds(site, config, { store })
    expect(first.entries[0]).toMatchObject({
      key: [`${site.url}/a`, 'id-1'],
      kind: 'document',
      title: 'Entry 1',
      text: 'What there is to say about 1.',
      url: 'https://example.com/1',
      occurredAt: '2026-01-01T00:01:00.000Z',
      data: { feed: `${site.url}/a`, id: 'id-1', published: '2026-01-01T00:01:00.000Z' },
    })
    expect(first.feeds).toMatchObject([{ key: `${site.url}/a`, title: 'News', url: 'https://example.com/', data: { format: 'rss' } }])
    expect((await runFeeds(site, config, { store })).entries).toEqual([])
    expect(site.answers).toEqual(['/a 200', '/a 304'])
    site.pages.set('/a', { body: rssFeed(rssItem(3) + rssItem(1, 'Changed.') + rssItem(2)) })
    expect(titles((await runFeeds(site, config, { store })).entries)).toEqual(['Entry 3', 'Entry 1'])
    expect(await runFeeds(site, config, { store })).toMatchObject({ entries: [], written: 0 })
  })

  it('asks conditionally only when the entries of that version are stored', async () => {
    const site = await start({ '/a': { body: rssFeed(rssItem(1)) }, '/plain': { body: rssFeed(rssItem(2)), etag: false } })
    const config = { feeds: [`${site.url}/a`, `${site.url}/plain`] }
    const store = createRecordStore()
    await runFeeds(site, config, { store })
    const lost = createRecordStore()
    const spec = { name: 'feeds', kind: 'item', incremental: false, deletes: 'sweep' } as const
    lost.beginRun(spec).apply({ records: store.records('feeds').map(({ record }) => record) })
    expect((await runFeeds(site, config, { store: lost })).entries).toHaveLength(2)
    expect((await runFeeds(site, config, { store: lost })).entries).toEqual([])
    expect(site.answers.filter((answer) => answer.startsWith('/a'))).toEqual(['/a 200', '/a 200', '/a 304'])
  })

  it('has one record for each id, and distinguishes entries that share one', async () => {
    const item = (id: string, link: string, title: string) => `<item><guid>${id}</guid><link>${link}</link><title>${title}</title></item>`
    const site = await start({
      '/a': {
        body: rssFeed(
          item('1', 'https://e.com/x', 'X') +
            item('1', 'https://e.com/y', 'Y') +
            item('2', 'https://e.com/z', 'Z') +
            item('2', 'https://e.com/z', 'Z'),
        ),
      },
    })
    expect(titles((await runFeeds(site, { feeds: [`${site.url}/a`] })).entries)).toEqual(['X', 'Y', 'Z'])
  })

  it('resolves addresses in content against the entry, and cleans what cannot be stored', async () => {
    const site = await start({
      '/a': {
        body: rssFeed(
          '<item><link>https://e.com/d/x</link><description>&lt;a href="y"&gt;l&lt;/a&gt; &lt;script&gt;no&lt;/script&gt;</description></item>',
        ),
      },
      '/j': { body: '{"version":"https://jsonfeed.org/version/1","items":[{"id":"\\ud800","content_text":"a\\u0000b"}]}', type: 'application/json' },
    })
    const { entries } = await runFeeds(site, { feeds: [`${site.url}/a`, `${site.url}/j`] })
    expect(entries.map((entry) => [entry.text, entry.key])).toEqual([
      ['[l](https://e.com/d/y)', [`${site.url}/a`, 'https://e.com/d/x']],
      ['a\ufffdb', [`${site.url}/j`, '\ufffd']],
    ])
  })

  it('follows further pages until everything is known, and notices loops', async () => {
    const page = (n: number, next: string) => rssFeed(rssItem(n), `<atom:link rel="next" href="${next}"/>`)
    const site = await start({ '/a': { body: page(1, '/b') }, '/b': { body: page(2, '/c') }, '/c': { body: rssFeed(rssItem(3)) } })
    const store = createRecordStore()
    const config = { feeds: [`${site.url}/a`], archivePages: 10 }
    // URLs of the channel are relative to the document.
    expect(titles((await runFeeds(site, config, { store })).entries)).toEqual(['Entry 1', 'Entry 2', 'Entry 3'])
    site.pages.set('/a', { body: page(4, '/b') })
    expect(titles((await runFeeds(site, config, { store })).entries)).toEqual(['Entry 4'])
    site.pages.set('/c', { body: page(5, '/a') })
    await expect(runFeeds(site, config)).rejects.toMatchObject({ reason: 'PAGINATION_LOOP' })
  })

  it('reads the main content of pages, falls back, and retries what may pass', async () => {
    const site = await start()
    const item = (n: number) => `<item><guid>${n}</guid><link>${site.url}/p${n}</link><description>Short ${n}</description></item>`
    site.pages.set('/a', { body: rssFeed(item(1) + item(2) + item(3)) })
    site.pages.set('/p1', {
      body: `<html><body><nav>Menu</nav><main><h1>One</h1><p>${'Long text. '.repeat(30)}</p></main></body></html>`,
      type: 'text/html',
    })
    site.pages.set('/p3', { body: 'busy', status: 503 })
    const store = createRecordStore()
    const config = { feeds: [`${site.url}/a`], fullContent: 'always' }
    const first = await runFeeds(site, config, { store })
    expect(first.entries.map(({ text, data }) => [text?.slice(0, 10), data['contentFrom'], data['summary']])).toEqual([
      ['# One\n\nLon', 'page', 'Short 1'],
      ['Short 2', undefined, undefined],
      ['Short 3', undefined, undefined],
    ])
    site.pages.set('/p3', { body: '<p>Here it is</p>', type: 'text/html' })
    const second = await runFeeds(site, config, { store })
    expect(second.entries.map(({ text }) => text)).toEqual(['Here it is'])
    expect((await runFeeds(site, config, { store })).entries).toEqual([])
    expect(site.answers.at(-1)).toBe('/a 304')
  })
})

describe('feeds that fail', () => {
  it('do not stop the others; when all fail the run does', async () => {
    const site = await start({ '/a': { body: rssFeed(rssItem(1)) }, '/html': { body: '<html></html>', type: 'text/html' } })
    const feeds = ['/html', '/a', '/gone'].map((path) => site.url + path)
    const run = await runFeeds(site, { feeds })
    expect(titles(run.entries)).toEqual(['Entry 1'])
    expect(run.rejected.map(({ reason }) => reason)).toEqual(['CONTENT_MISMATCH', 'NOT_FOUND_UPSTREAM'])
    expect(run.note).toContain('2 of 3 feeds')
    expect(run.feeds).toHaveLength(1)
    await expect(runFeeds(site, { feeds: [feeds[2], feeds[0]] })).rejects.toMatchObject({ reason: 'NOT_FOUND_UPSTREAM' })
  })

  it('keep their records, and leave the stream of feeds when they are no longer configured', async () => {
    const site = await start({ '/a': { body: rssFeed(rssItem(1)) }, '/b': { body: rssFeed(rssItem(2)) } })
    const store = createRecordStore()
    const feeds = [`${site.url}/a`, `${site.url}/b`]
    await runFeeds(site, { feeds }, { store })
    site.pages.delete('/b')
    await runFeeds(site, { feeds }, { store })
    expect(store.snapshot('feeds').size).toBe(2)
    await runFeeds(site, { feeds: [feeds[0]] }, { store })
    expect([store.snapshot('feeds').size, store.snapshot('entries').size]).toEqual([1, 2])
  })

  it('are requested with credentials, which no page of another host gets', async () => {
    const other = await start({ '/p': { body: '<p>text</p>', type: 'text/html' } })
    const site = await start({ '/a': { body: rssFeed(`<item><link>${other.url}/p</link></item>`) } })
    await runFeeds(
      site,
      { feeds: [`${site.url}/a`], fullContent: 'always' },
      { secrets: { bearerToken: 'token-of-some-length' }, allow: [other.host] },
    )
    expect(site.server.seen[0]?.headers.authorization).toBe('Bearer token-of-some-length')
    expect(other.server.seen[0]?.headers).not.toHaveProperty('authorization')
  })

  it('keeps the cursor within 8 KiB for 400 feeds', async () => {
    const site = await start()
    const feeds = Array.from({ length: 400 }, (_, i) => `${site.url}/${i}`)
    for (const [i, feed] of feeds.entries()) site.pages.set(new URL(feed).pathname, { body: rssFeed(rssItem(i)) })
    const store = createRecordStore()
    expect((await runFeeds(site, { feeds, concurrency: 16 }, { store })).entries).toHaveLength(400)
    expect((await runFeeds(site, { feeds, concurrency: 16 }, { store })).written).toBe(0)
    expect(site.answers.slice(400).every((answer) => answer.endsWith('304'))).toBe(true)
  })

  it.each([
    [{ feeds: ['ftp://e.com/'] }, 'URL_SCHEME_NOT_ALLOWED'],
    [{ feeds: ['https://u:p@e.com/'] }, 'URL_CREDENTIALS_NOT_ALLOWED'],
    [{ feeds: ['nonsense'] }, 'INVALID_URL'],
    [{ feeds: ['https://e.com/'], headers: { 'X-Api-Key': 'x' } }, 'VALIDATION_FAILED'],
  ])('refuses %j', async (config, reason) => expect(runFeeds(await start(), config)).rejects.toMatchObject({ reason }))
})
