import type { Page } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext } from '@inlet/connector-sdk/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import web from './index.js'
import { htmlPage, startTestSite, type TestSite } from './testing/test-site.js'

const PAGES = 300
let site: TestSite
const store = createRecordStore()

/** A tree of pages, each of which links to its parent and up to eight children. */
beforeAll(async () => {
  site = await startTestSite()
  for (let i = 0; i < PAGES; i++) {
    const children = Array.from({ length: 8 }, (_, k) => i * 8 + k + 1).filter((child) => child < PAGES)
    site.pages.set(path(i), htmlPage(`Page ${i}`, [path(Math.floor((i - 1) / 8)), ...children.map(path)]))
  }
})
afterAll(() => site.close())

const path = (i: number): string => (i <= 0 ? '/' : `/page-${i}.html`)

const crawl = async (): Promise<{ records: number; unchanged: number; swept: boolean }> => {
  await using ctx = await createTestContext({
    connector: web,
    config: { startUrls: [`${site.url}/`], concurrency: 16, delayMs: 0 },
    allow: [site.host],
    store,
  })
  await using connection = await web.connect(ctx)
  const run = store.beginRun({ name: 'pages', kind: 'document', incremental: true, deletes: 'sweep' })
  const pages: Page[] = []
  for await (const page of web.read(connection, { stream: 'pages', cursor: store.cursor('pages'), signal: new AbortController().signal })) {
    run.apply(page)
    pages.push(page)
  }
  return {
    records: pages.reduce((sum, page) => sum + page.records.length, 0),
    unchanged: pages.reduce((sum, page) => sum + (page.unchanged?.length ?? 0), 0),
    swept: pages.some((page) => page.sweep !== undefined),
  }
}

it('crawls a site, then finds nothing new, then what was removed and what was added', async () => {
  expect(await crawl()).toEqual({ records: PAGES, unchanged: 0, swept: true })
  expect(await crawl()).toEqual({ records: 0, unchanged: PAGES, swept: true })
  for (let i = PAGES - 20; i < PAGES; i++) site.pages.delete(path(i))
  expect(await crawl()).toEqual({ records: 0, unchanged: PAGES - 20, swept: true })
  expect(store.snapshot('pages').size).toBe(PAGES - 20)
  site.pages.set('/page-5.html', htmlPage('Page 5, second edition', ['/added.html']))
  site.pages.set('/added.html', htmlPage('Added'))
  expect(await crawl()).toEqual({ records: 2, unchanged: PAGES - 21, swept: true })
})
