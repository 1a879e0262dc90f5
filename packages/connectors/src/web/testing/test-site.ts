import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One URL of a test site: a page, or a handler that responds itself. */
export type TestPage =
  | { readonly body: string | Buffer; readonly type?: string; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | ((request: IncomingMessage, response: ServerResponse) => void)

/** A site on a free loopback port, with ETags and 304, for tests of the crawl. The caller closes it. */
export interface TestSite {
  /** Without a trailing slash. */
  readonly url: string
  /** `host:port` for the allow-list. */
  readonly host: string
  /** By path with query; may be changed at any time. */
  readonly pages: Map<string, TestPage>
  /** Paths in the order of the requests. */
  readonly requests: string[]
  /** Number of requests being answered now. */
  readonly open: () => number
  /** Number of connections held now. */
  readonly connections: () => Promise<number>
  close(): Promise<void>
}

export const startTestSite = async (pages: Readonly<Record<string, TestPage>> = {}): Promise<TestSite> => {
  const map = new Map(Object.entries(pages))
  const requests: string[] = []
  let open = 0
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    open++
    response.once('close', () => open--)
    answer(map.get(request.url ?? ''), request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    pages: map,
    requests,
    open: () => open,
    connections: () => new Promise((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const answer = (page: TestPage | undefined, request: IncomingMessage, response: ServerResponse): void => {
  if (typeof page === 'function') return page(request, response)
  if (page === undefined) return void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>')
  const { body, type = 'text/html; charset=utf-8', status = 200, headers } = page
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 12)}"`
  if (status === 200 && request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end()
  response.writeHead(status, { 'content-type': type, ...(status === 200 ? { etag } : {}), ...headers }).end(body)
}

/** A page with a heading, a paragraph of its own and links. */
export const htmlPage = (title: string, links: readonly string[] = [], extra = ''): TestPage => ({
  body:
    `<!doctype html><html lang="en"><head><title>${title}</title></head><body><nav><a href="/">Home</a></nav><main><h1>${title}</h1>` +
    `<p>What there is to say about ${title}.</p>${extra}<ul>${links.map((link) => `<li><a href="${link}">to ${link}</a></li>`).join('')}</ul></main></body></html>`,
})

export const redirectTo = (location: string, status = 302): TestPage => ({ body: '', status, headers: { location } })
