import { findChromium, until } from '@inlet/testing'
import { afterEach, describe, expect, it } from 'vitest'
import type { ClosablePageRenderer, PageRendererOptions } from '../rendering/create-page-renderer.js'
import { browserPid, browserProcesses, createTestRenderer, readInBrowser } from './testing/read-in-browser.js'
import { dataOf, scriptPage } from './testing/script-site.js'
import { htmlPage, startTestSite, type TestPage, type TestSite } from './testing/test-site.js'

const chromium = findChromium()
const renderers: ClosablePageRenderer[] = []
const rendererWith = (options: Partial<PageRendererOptions> = {}): ClosablePageRenderer => {
  const renderer = createTestRenderer({ chromium: chromium ?? undefined, ...options })
  renderers.push(renderer)
  return renderer
}
const sites: TestSite[] = []
const start = async (pages: Readonly<Record<string, TestPage>>): Promise<TestSite> => {
  const site = await startTestSite(pages)
  sites.push(site)
  return site
}
afterEach(async () => {
  for (const renderer of renderers.splice(0)) await renderer[Symbol.asyncDispose]()
  for (const site of sites.splice(0)) await site.close()
})

describe.skipIf(chromium === null)('the browser of a worker', () => {
  it('is restarted when it is killed, and the page in it is read once more', async () => {
    const renderer = rendererWith()
    let killed = 0
    const site: TestSite = await start({
      '/': scriptPage('Home', '/home.json'),
      '/a': scriptPage('A', '/a.json'),
      '/a.json': dataOf('All about A.'),
      '/home.json': (_request, response) => {
        if (killed++ === 0) process.kill(browserPid(), 'SIGKILL')
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ text: 'Welcome.', links: ['/a'] }))
      },
    })
    expect(Object.keys((await readInBrowser(site, {}, { renderer })).texts).sort()).toEqual(['/', '/a'])
    expect(renderer.started).toBe(2)
    await until(() => browserProcesses().length === 0)
  })

  it('gives a page up that kills it twice, and continues with the others', async () => {
    const kill: TestPage = (_request, response) => {
      process.kill(browserPid(), 'SIGKILL')
      response.end()
    }
    const site = await start({
      '/': htmlPage('Home', ['/bad', '/good']),
      '/bad': scriptPage('Bad', '/kill'),
      '/kill': kill,
      '/good': htmlPage('Good'),
    })
    const result = await readInBrowser(site, { concurrency: 1 }, { renderer: rendererWith() })
    expect(Object.keys(result.texts).sort()).toEqual(['/', '/good'])
    expect(result.log.some(({ fields }) => JSON.stringify(fields).includes('PAGE_NOT_RENDERED'))).toBe(true)
  })

  it('is replaced after so many pages', async () => {
    const site = await start({ '/': htmlPage('0', ['/1', '/2']), '/1': htmlPage('1'), '/2': htmlPage('2') })
    const renderer = rendererWith({ maxPagesPerBrowser: 2, maxPages: 1 })
    const { texts } = await readInBrowser(site, { concurrency: 1, browser: { waitFor: 'load' } }, { renderer })
    expect(Object.keys(texts)).toHaveLength(3)
    expect(renderer.started).toBe(2)
  })

  it.runIf(process.platform === 'linux')('ends a page that uses too much memory, and continues with the others', async () => {
    const hog = '<main><p>Hog</p></main><script>window.all = Array.from({ length: 20 }, () => new Uint8Array(16 << 20).fill(1))</script>'
    const site = await start({ '/': htmlPage('Home', ['/hog', '/good']), '/hog': { body: hog }, '/good': htmlPage('Good') })
    const renderer = rendererWith({ maxMemoryBytes: 150 * 1024 ** 2, maxPages: 1 })
    const waitFor = { selector: 'h1' }
    const { texts, swept } = await readInBrowser(site, { concurrency: 1, timeoutMs: 20_000, browser: { waitFor } }, { renderer })
    expect(Object.keys(texts).sort()).toEqual(['/', '/good'])
    expect(swept).toBe(false)
    expect(renderer.started).toBeGreaterThan(1)
  })

  it('is gone within two seconds after a cancellation', async () => {
    const site = await start({ '/': htmlPage('Home', ['/slow']), '/slow': { body: '<script>for (;;);</script>' } })
    const controller = new AbortController()
    const reading = readInBrowser(site, {}, { renderer: rendererWith(), signal: controller.signal })
    reading.catch(() => undefined)
    await until(() => site.requests.includes('/slow') && browserProcesses().length > 0)
    controller.abort(new Error('enough'))
    await expect(reading).rejects.toMatchObject({ reason: 'CANCELLED' })
    await until(() => browserProcesses().length === 0, { timeoutMs: 2_000 })
  })
})

describe('without a browser', () => {
  it('says what to do', async () => {
    const site = await start({ '/': htmlPage('Home') })
    const renderer = rendererWith({ chromium: '/nowhere/chromium' })
    const reading = readInBrowser(site, {}, { renderer })
    await expect(reading).rejects.toMatchObject({ reason: 'BROWSER_NOT_INSTALLED', message: expect.stringContaining('/nowhere/chromium') })
  })
})
