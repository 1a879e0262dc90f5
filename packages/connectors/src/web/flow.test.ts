import { Failure, type Page } from '@inlet/connector-sdk'
import { createTestContext } from '@inlet/connector-sdk/testing'
import { until } from '@inlet/testing'
import { afterEach, expect, it } from 'vitest'
import web from './index.js'
import { htmlPage, startTestSite, type TestPage, type TestSite } from './testing/test-site.js'

let site: TestSite
afterEach(() => site.close())

const manyPages = (count: number): Record<string, TestPage> => {
  const paths = Array.from({ length: count }, (_, i) => `/p${i}`)
  return { '/': htmlPage('H', paths), ...Object.fromEntries(paths.map((path) => [path, htmlPage(path)])) }
}

const reading = async (config: object) => {
  const ctx = await createTestContext({ connector: web, config: { startUrls: [`${site.url}/`], delayMs: 0, ...config }, allow: [site.host] })
  const connection = await web.connect(ctx)
  const controller = new AbortController()
  const pages = web.read(connection, { stream: 'pages', cursor: null, signal: controller.signal })
  const close = async (): Promise<void> => {
    await connection[Symbol.asyncDispose]()
    await ctx.close()
  }
  return { pages, controller, close, connection }
}

it('stops fetching while no one takes', async () => {
  site = await startTestSite(manyPages(800))
  const { pages, close } = await reading({ concurrency: 8 })
  // On a busy machine it is released before it is full.
  const first = await pages.next()
  await until(() => site.open() === 0)
  const fetched = site.requests.length
  expect(fetched).toBeLessThan(420)
  let records = first.done === true ? 0 : first.value.records.length
  for await (const page of pages) records += page.records.length
  expect(records).toBe(801)
  await close()
})

it('keeps its concurrency', async () => {
  let open = 0
  let most = 0
  const counting: TestPage = (request, response) => {
    most = Math.max(most, ++open)
    setImmediate(() => {
      open--
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>${request.url}</p>`)
    })
  }
  const paths = Array.from({ length: 40 }, (_, i) => `/s${i}`)
  site = await startTestSite({ '/': htmlPage('H', paths), ...Object.fromEntries(paths.map((path) => [path, counting])) })
  const { pages, close } = await reading({ concurrency: 3 })
  for await (const page of pages) expect(page.records.length).toBeLessThanOrEqual(100)
  expect(most).toBeLessThanOrEqual(3)
  await close()
})

it('ends at once when cancelled, with nothing left open', async () => {
  const hang: TestPage = () => undefined
  site = await startTestSite({ '/': htmlPage('H', ['/hang']), '/hang': hang })
  const { pages, controller, close } = await reading({})
  const drained = (async (): Promise<Page[]> => {
    const all: Page[] = []
    for await (const page of pages) all.push(page)
    return all
  })()
  await until(() => site.requests.includes('/hang'))
  controller.abort()
  await expect(drained).rejects.toBeInstanceOf(Failure)
  await expect(drained).rejects.toMatchObject({ reason: 'CANCELLED' })
  await until(() => site.open() === 0)
  await close()
})

it('leaves nothing open when the consumer stops early', async () => {
  site = await startTestSite({ ...manyPages(300), '/p150': () => undefined })
  const { pages, close } = await reading({ concurrency: 16 })
  for await (const page of pages) if (page.records.length > 0) break
  expect(await until(() => site.open() === 0)).toBe(true)
  await close()
})

it('ends a read when its connection is disposed', async () => {
  site = await startTestSite({ '/': () => undefined })
  const { pages, connection, close } = await reading({})
  const next = pages.next()
  await until(() => site.requests.includes('/'))
  await connection[Symbol.asyncDispose]()
  await expect(next).rejects.toMatchObject({ reason: 'CANCELLED' })
  await close()
})

it('check reports an unreachable site', async () => {
  site = await startTestSite()
  const { host, url } = site
  await site.close()
  await using ctx = await createTestContext({ connector: web, config: { startUrls: [`${url}/`] }, allow: [host] })
  const connection = await web.connect(ctx)
  await expect(web.check(connection, new AbortController().signal)).rejects.toMatchObject({ reason: 'UNREACHABLE' })
})

it.each<[number, string]>([
  [401, 'AUTH_FAILED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND_UPSTREAM'],
  [429, 'RATE_LIMITED'],
  [503, 'UPSTREAM_ERROR'],
])('check reports a start address that answers %i as %s', async (status, reason) => {
  site = await startTestSite({ '/': { body: '', status } })
  const { connection, close } = await reading({})
  await expect(web.check(connection, new AbortController().signal)).rejects.toMatchObject({ reason })
  site.pages.set('/', htmlPage('H'))
  await expect(web.check(connection, new AbortController().signal)).resolves.toBeUndefined()
  await close()
})
