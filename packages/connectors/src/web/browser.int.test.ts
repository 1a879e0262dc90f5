import { createRecordStore } from '@inlet/connector-sdk/testing'
import { findChromium } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTestRenderer, keepBrowser, readInBrowser } from './testing/read-in-browser.js'
import { dataOf, scriptPage } from './testing/script-site.js'
import { htmlPage, startTestSite, type TestPage, type TestSite } from './testing/test-site.js'

const chromium = findChromium()
const renderer = createTestRenderer({ chromium: chromium ?? undefined })
beforeAll(() => void keepBrowser(renderer))
afterAll(() => renderer[Symbol.asyncDispose]())

const sites: TestSite[] = []
const start = async (pages: Readonly<Record<string, TestPage>>): Promise<TestSite> => {
  const site = await startTestSite(pages)
  sites.push(site)
  return site
}
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close()
})

describe.skipIf(chromium === null)('a site that needs its scripts to run', () => {
  it('is read as people see it, and a second time without a record', async () => {
    const site = await start({
      '/': scriptPage('Home', '/home.json'),
      '/home.json': dataOf('Welcome.', ['/a', '/plain']),
      '/a': scriptPage('A', '/a.json'),
      '/a.json': dataOf('All about A.'),
      '/plain': htmlPage('Plain'),
    })
    const store = createRecordStore()
    const first = await readInBrowser(site, {}, { renderer, store })
    expect(Object.keys(first.texts).sort()).toEqual(['/', '/a', '/plain'])
    expect(first.texts['/']).toBe(`# Home\n\nWelcome.\n\n[to /a](${site.url}/a) [to /plain](${site.url}/plain)`)
    expect(store.find('pages', `${site.url}/a`)?.record).toMatchObject({ title: 'A', text: '# A\n\nAll about A.' })
    expect(site.requests.filter((path) => path === '/')).toHaveLength(1)
    const second = await readInBrowser(site, {}, { renderer, store })
    expect(second).toMatchObject({ texts: {}, unchanged: ['/', '/a', '/plain'], swept: true })
    await expect(readInBrowser(site, { render: 'http' }, { renderer })).rejects.toMatchObject({
      reason: 'CONTENT_MISMATCH',
      next: expect.stringContaining('browser'),
    })
  })

  it('follows the redirects of scripts, and hash routes when asked to', async () => {
    const route = `<script>const show = () => { document.getElementById('app').textContent = 'Route ' + (location.hash || 'none') }; show(); addEventListener('hashchange', show)</script>`
    const site = await start({
      '/': { body: `<title>x</title><script>location.replace('/app')</script>` },
      '/app': { body: `<title>App</title><main><p id="app"></p><a href="#/one">1</a> <a href="#/two">2</a></main>${route}` },
    })
    expect((await readInBrowser(site, {}, { renderer })).texts).toMatchObject({ '/app': expect.stringContaining('Route none') })
    const routes = await readInBrowser(site, { hashRoutes: true }, { renderer })
    expect(Object.keys(routes.texts).sort()).toEqual(['/app', '/app#/one', '/app#/two'])
    expect(routes.texts['/app#/two']).toContain('Route #/two')
  })

  it('waits for an element, and scrolls', async () => {
    const site = await start({
      '/': {
        body: `<title>Late</title><main><p>First.</p></main><script>setTimeout(() => { document.querySelector('main').innerHTML += '<p id="late">Late.</p>' }, 900)</script>`,
      },
      '/long': {
        body: `<title>Long</title><main><p>Top.</p><div style="height:5000px"></div><p id="end"></p></main><script>addEventListener('scroll', () => { if (scrollY > 3000) document.getElementById('end').textContent = 'The end.' })</script>`,
      },
    })
    expect((await readInBrowser(site, { browser: { waitFor: { selector: '#late' } } }, { renderer })).texts['/']).toContain('Late.')
    const failing = readInBrowser(site, { timeoutMs: 1_500, browser: { waitFor: { selector: '#never' } } }, { renderer })
    await expect(failing).rejects.toMatchObject({ reason: 'TIMEOUT', message: expect.stringContaining('#never') })
    expect(
      (await readInBrowser(site, { startUrls: [`${site.url}/long`], browser: { scroll: 20, waitFor: 'load' } }, { renderer })).texts['/long'],
    ).toContain('The end.')
  })

  it('sends credentials to the site and nowhere else', async () => {
    const seen: [string, string | undefined, string | undefined][] = []
    const note =
      (name: string): TestPage =>
      (request, response) => {
        seen.push([name, request.headers.authorization, request.headers.cookie])
        response
          .writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' })
          .end(JSON.stringify({ text: name, links: [] }))
      }
    const other = await start({ '/data': note('other') })
    const site = await start({ '/own': note('own') })
    site.pages.set('/', scriptPage('Home', '/own', `fetch('${other.url}/data')`))
    const secrets = { bearerToken: 'canary-token-123456', cookie: 'sid=canary-456; b=2' }
    expect((await readInBrowser(site, {}, { renderer, secrets, allow: [site.host, other.host] })).texts['/']).toContain('own')
    expect(seen.find(([name]) => name === 'own')).toEqual(['own', 'Bearer canary-token-123456', 'sid=canary-456; b=2'])
    expect(seen.find(([name]) => name === 'other')).toEqual(['other', undefined, undefined])
  })
})

describe.skipIf(chromium === null)('the browser', () => {
  it('reaches no private address, whatever a page tries', async () => {
    const inner = await start({ '/': { body: 'secret', headers: { 'access-control-allow-origin': '*' } } })
    const port = new URL(inner.url).port
    const redirecting: TestPage = (_request, response) => void response.writeHead(302, { location: `${inner.url}/` }).end()
    const script = `
      const said = []
      const tries = ['${inner.url}/', 'http://localhost:${port}/', 'http://169.254.169.254/latest', 'https://127.0.0.1:${port}/', 'http://[::1]:${port}/', '/away']
      const all = tries.map((url) => fetch(url).then((answer) => answer.ok ? 'reached' : 'refused ' + answer.status, () => 'refused'))
      all.push(new Promise((resolve) => { const s = new WebSocket('ws://127.0.0.1:${port}/'); s.onopen = () => resolve('reached'); s.onerror = () => resolve('refused') }))
      const image = new Image(); image.src = '${inner.url}/image'
      const frame = document.createElement('iframe'); frame.src = '${inner.url}/frame'; document.body.append(frame)
      navigator.sendBeacon('${inner.url}/beacon', 'x')
      Promise.all(all).then((results) => { document.getElementById('out').textContent = 'Tried ' + results.length + ': ' + results.join(', ') })`
    const site = await start({ '/': { body: `<title>Bad</title><main><p id="out"></p></main><script>${script}</script>` }, '/away': redirecting })
    const { texts } = await readInBrowser(site, { browser: { block: [] } }, { renderer })
    expect(texts['/']).toMatch(/^Tried 7: refused/)
    expect(texts['/']).not.toContain('reached')
    expect(inner.requests).toEqual([])
  })

  it('ends a page that loads too much, and one whose scripts never end', async () => {
    const big: TestPage = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    }
    const site = await start({
      '/': htmlPage('Home', ['/big', '/loop', '/good']),
      '/big': { body: `<title>Big</title><main><p>Big</p></main><script>fetch('/endless').then((a) => a.arrayBuffer())</script>` },
      '/endless': big,
      '/loop': { body: '<title>Loop</title><main><p>Loop</p></main><script>for (;;);</script>' },
      '/good': htmlPage('Good'),
    })
    const result = await readInBrowser(site, { timeoutMs: 3_000, browser: { maxBytes: 1_048_576 } }, { renderer })
    expect(Object.keys(result.texts).sort()).toEqual(['/', '/good'])
    expect(result.note).toContain('too large 1')
    expect(result.note).toContain('failed 1')
    expect(result.swept).toBe(false)
  })
})
