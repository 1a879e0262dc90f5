import type { Page } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext, type RecordStore } from '@inlet/connector-sdk/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { makeEncryptedPdf, makePdf } from '../parsing/fixtures/make-pdf.js'
import web from './index.js'
import { htmlPage, startTestSite, type TestPage, type TestSite } from './testing/test-site.js'

const sites: TestSite[] = []
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close()
})

const start = async (pages: Readonly<Record<string, TestPage>>): Promise<TestSite> => {
  const site = await startTestSite(pages)
  sites.push(site)
  return site
}

/** Reads the site to the end over HTTP and applies the pages to the store; keys without the site. */
const read = async (site: TestSite, config: object = {}, store: RecordStore = createRecordStore()) => {
  const full = { startUrls: [`${site.url}/`], delayMs: 0, retries: 0, ...config }
  await using ctx = await createTestContext({ connector: web, config: full, allow: [site.host], store })
  await using connection = await web.connect(ctx)
  const run = store.beginRun({ name: 'pages', kind: 'document', incremental: true, deletes: 'sweep' })
  const pages: Page[] = []
  for await (const page of web.read(connection, { stream: 'pages', cursor: store.cursor('pages'), signal: new AbortController().signal })) {
    pages.push(page)
    run.apply(page)
  }
  return {
    keys: pages.flatMap((page) => page.records.map((record) => String(record.key).replace(site.url, ''))).sort(),
    swept: pages.some((page) => page.sweep !== undefined),
    note: pages.at(-1)?.progress?.note ?? '',
  }
}

describe('PDF', () => {
  const pdf = (body: Buffer): TestPage => ({ body, type: 'application/pdf' })

  it('is read as text, titled by its metadata or its name, with 304 the second time', async () => {
    const site = await start({
      '/': htmlPage('H', ['/report.pdf', '/plain%20file.pdf']),
      '/report.pdf': pdf(makePdf(['First page', 'Second page'], { Title: 'Report', Author: 'Ada' })),
      '/plain%20file.pdf': pdf(makePdf(['Untitled text'])),
    })
    const store = createRecordStore()
    expect((await read(site, {}, store)).keys).toEqual(['/', '/plain%20file.pdf', '/report.pdf'])
    expect(store.find('pages', `${site.url}/report.pdf`)?.record).toMatchObject({
      title: 'Report',
      text: 'First page\n\nSecond page',
      data: { contentType: 'application/pdf', author: 'Ada', links: [] },
    })
    expect(store.find('pages', `${site.url}/plain%20file.pdf`)?.record).toMatchObject({ title: 'plain file.pdf', text: 'Untitled text' })
    expect(await read(site, {}, store)).toMatchObject({ keys: [], swept: true })
  })

  it('that is locked, damaged, a scan or not wanted gives no record', async () => {
    const site = await start({
      '/': htmlPage('H', ['/locked.pdf', '/damaged.pdf', '/scan.pdf']),
      '/locked.pdf': pdf(makeEncryptedPdf()),
      '/damaged.pdf': pdf(Buffer.from('%PDF-1.4 and no more')),
      '/scan.pdf': pdf(makePdf([''])),
    })
    const result = await read(site)
    expect(result).toMatchObject({ keys: ['/'], swept: true })
    expect(result.note).toContain('unreadable 2')
    expect(result.note).toContain('empty 1')
    site.requests.length = 0
    expect((await read(site, { pdf: false })).keys).toEqual(['/'])
    expect(site.requests).not.toContain('/scan.pdf')
    await expect(read(site, { startUrls: [`${site.url}/locked.pdf`] })).rejects.toMatchObject({
      reason: 'CONTENT_MISMATCH',
      message: expect.stringContaining('password'),
    })
  })
})
