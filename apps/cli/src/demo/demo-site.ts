import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { marked } from 'marked'

/** What the demo serves on loopback: the project's docs as a web site, and its dependencies as a paginated REST API. */
export interface DemoSite {
  readonly port: number
  close(): Promise<void>
}

interface Package {
  readonly name: string
  readonly version: string
  readonly license: string | null
  readonly dev: boolean
}

/** Serves the docs below `root` at /docs/… and package-lock.json at /api/packages?page=N. The caller closes it. */
export const openDemoSite = async (root: string, port: number): Promise<DemoSite> => {
  const pages = renderDocs(root)
  const packages = readPackages(root)
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`)
    if (url.pathname === '/robots.txt')
      return send(request, response, { type: 'text/plain', body: `User-agent: *\nAllow: /\nSitemap: http://127.0.0.1:${port}/sitemap.xml\n` })
    if (url.pathname === '/sitemap.xml') return send(request, response, { type: 'application/xml', body: sitemap(port, [...pages.keys()]) })
    if (url.pathname === '/api/packages')
      return send(request, response, { type: 'application/json', body: JSON.stringify(packagePage(packages, url.searchParams)) })
    const page = pages.get(url.pathname)
    if (page !== undefined) return send(request, response, { type: 'text/html; charset=utf-8', body: page })
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const send = (request: http.IncomingMessage, response: http.ServerResponse, answer: { readonly type: string; readonly body: string }): void => {
  const etag = `"${createHash('sha256').update(answer.body).digest('base64url').slice(0, 22)}"`
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end()
  response.writeHead(200, { 'content-type': answer.type, etag }).end(answer.body)
}

/** Renders all Markdown files of README and docs/ as pages; links between them become links between the pages. */
const renderDocs = (root: string): ReadonlyMap<string, string> => {
  const files = ['README.md', ...listMarkdown(root, 'docs')]
  const addressOf = (file: string): string => `/docs/${file.replace(/\.md$/, '.html').replaceAll(path.sep, '/')}`
  const nav = files.map((file) => `<li><a href="${addressOf(file)}">${escape(file)}</a></li>`).join('')
  const pages = new Map<string, string>()
  for (const file of files) {
    const markdown = readFileSync(path.join(root, file), 'utf8')
    const title = /^#\s+(.+)$/m.exec(markdown)?.[1] ?? file
    const body = marked.parse(markdown, { async: false }).replaceAll(/href="(?!https?:|#|\/)([^"#]+)\.md(#[^"]*)?"/g, 'href="$1.html$2"')
    pages.set(
      addressOf(file),
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title></head><body><nav><ul>${nav}</ul></nav><main>${body}</main></body></html>`,
    )
  }
  return pages
}

const listMarkdown = (root: string, directory: string): readonly string[] =>
  readdirSync(path.join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(directory, file))
    .sort()

const readPackages = (root: string): readonly Package[] => {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Partial<Package> & { readonly link?: boolean }>>
  }
  const names = Object.entries(lock.packages).filter(([location, entry]) => location.includes('node_modules/') && entry.link !== true)
  const unique = new Map(
    names.map(([location, entry]) => [
      `${location.replace(/^.*node_modules\//, '')} ${entry.version}`,
      { name: location.replace(/^.*node_modules\//, ''), version: entry.version ?? '', license: entry.license ?? null, dev: entry.dev === true },
    ]),
  )
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1))
}

const PER_PAGE = 50

const packagePage = (packages: readonly Package[], query: URLSearchParams) => {
  const page = Math.max(1, Number(query.get('page') ?? '1') || 1)
  return { page, pages: Math.ceil(packages.length / PER_PAGE), total: packages.length, items: packages.slice((page - 1) * PER_PAGE, page * PER_PAGE) }
}

const sitemap = (port: number, addresses: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${addresses.map((address) => `<url><loc>http://127.0.0.1:${port}${address}</loc></url>`).join('')}</urlset>`

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
