import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '@inlet/db/embedded'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiProblem, createApiClient } from '../client/api-client.js'
import { type DemoSite, openDemoSite } from './demo-site.js'
import { demoSources } from './demo-sources.js'

describe('openDemoSite', () => {
  let root: string
  let site: DemoSite
  const get = (place: string, headers: Record<string, string> = {}) => fetch(`http://127.0.0.1:${site.port}${place}`, { headers })
  beforeAll(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'inlet-site-'))
    mkdirSync(path.join(root, 'docs', 'guides'), { recursive: true })
    writeFileSync(path.join(root, 'README.md'), '# The <title>\n\n[guide](docs/guides/one.md#part) [out](https://example.com/x.md)')
    writeFileSync(path.join(root, 'docs', 'guides', 'one.md'), '# One')
    const packages = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`node_modules/p${n}`, { version: '1.0.0', license: 'MIT' }]))
    const lock = {
      packages: {
        '': {},
        ...packages,
        'a/node_modules/p1': { version: '1.0.0' },
        'node_modules/p1/node_modules/p2': { version: '2.0.0' },
        'node_modules/own': { link: true },
      },
    }
    writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify(lock))
    site = await openDemoSite(root, await freePort())
  })
  afterAll(async () => {
    await site.close()
    rmSync(root, { recursive: true, force: true })
  })
  it('serves Markdown as pages that link to each other', async () => {
    const page = await (await get('/docs/README.html')).text()
    expect(page).toContain('<title>The &lt;title></title>')
    expect(page).toContain('href="docs/guides/one.html#part"')
    expect(page).toContain('href="https://example.com/x.md"')
    expect((await get('/docs/docs/guides/one.html')).status).toBe(200)
    expect((await get('/docs/none.html')).status).toBe(404)
    expect(await (await get('/sitemap.xml')).text()).toContain('/docs/docs/guides/one.html')
    expect(await (await get('/robots.txt')).text()).toContain('Sitemap:')
  })
  it('responds 304 to a client that has the page', async () => {
    const etag = (await get('/docs/README.html')).headers.get('etag') ?? ''
    expect((await get('/docs/README.html', { 'if-none-match': etag })).status).toBe(304)
  })
  it('pages through every package once', async () => {
    const names: string[] = []
    for (let page = 1; ; page += 1) {
      const { items } = (await (await get(`/api/packages?page=${page}`)).json()) as { items: { name: string; version: string }[] }
      if (items.length === 0) break
      names.push(...items.map(({ name, version }) => `${name} ${version}`))
    }
    expect(names).toHaveLength(121)
    expect(new Set(names).size).toBe(121)
  })
})

describe('demoSources', () => {
  it('leaves the git history out if there is none', () => {
    const place = { root: tmpdir(), sitePort: 1, postgresPort: 2, readerPassword: 'p' }
    const slugs = demoSources(place).map(({ request }) => request.slug)
    expect(slugs).toContain('demo-postgres')
    expect(slugs).not.toContain('demo-git')
  })
})

describe('createApiClient', () => {
  it('sends the key, and turns problems into errors with their next step', async () => {
    const seen: string[] = []
    const server = http.createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`)
      if (request.url === '/empty') return response.writeHead(204).end()
      const problem = { code: 'NAME_TAKEN', title: 'Conflict', detail: 'it exists.', next: 'Choose another.' }
      return response.writeHead(request.method === 'GET' ? 200 : 409, { 'content-type': 'application/json' }).end(JSON.stringify(problem))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const api = createApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'k')
    expect(await api.call('GET', '/x')).toMatchObject({ code: 'NAME_TAKEN' })
    expect(await api.call('DELETE', '/empty')).toBeNull()
    const problem = await api.call('POST', '/x', {}).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(ApiProblem)
    expect(problem).toMatchObject({ status: 409, code: 'NAME_TAKEN', message: 'it exists.', next: 'Choose another.' })
    expect(seen[0]).toBe('GET /x Bearer k')
    server.close()
  })
})
