import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type AcceptanceFixture, serveHttp } from '@inlet/connector-sdk/testing'

const NOTES = 120
const LARGE = 50_000

interface Note {
  readonly id: string
  readonly change: number
  readonly body: string
  readonly removed: boolean
}

const toJson = ({ id, body, removed }: Note) => ({ id, title: `Note ${id}`, body, editedAt: '2026-05-01T10:00:00Z', ...(removed ? { removed } : {}) })

const answer = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body))

/** The notebook that docs/guides/examples/hello-connector.ts reads, with all that the acceptance suite asks of a counterpart. */
export const openNotebookFixture = async (): Promise<AcceptanceFixture> => {
  const token = `canary-${randomBytes(16).toString('hex')}`
  const notes = new Map<string, Note>()
  const state = { change: 0, renamed: false, openAtMs: 0, limited: 0, violations: 0 }
  const put = (id: string, body: string, removed = false): void => void notes.set(id, { id, body, removed, change: (state.change += 1) })
  for (let n = 1; n <= NOTES; n += 1) put(`n${n}`, `body of ${n}`)

  const page = (after: number, limit: number) => {
    const found = [...notes.values()].filter(({ change }) => change > after).sort((a, b) => a.change - b.change)
    const chosen = found.slice(0, limit)
    return { [state.renamed ? 'items' : 'notes']: chosen.map(toJson), next: chosen.at(-1)?.change ?? state.change, latest: state.change }
  }
  const largePage = (after: number, limit: number) => {
    const size = Math.min(limit, LARGE - after)
    const made = Array.from({ length: size }, (_, i) => toJson({ id: `l${after + i + 1}`, change: 0, body: 'x'.repeat(200), removed: false }))
    return { notes: made, next: after + size, latest: LARGE }
  }
  const limitedPage = (response: ServerResponse, after: number, limit: number): void => {
    if (performance.now() < state.openAtMs) state.violations += 1
    state.limited += 1
    if (state.limited % 4 !== 2) return answer(response, 200, page(after, limit))
    state.openAtMs = performance.now() + 900
    answer(response, 429, {}, { 'retry-after': '1' })
  }

  const server = await serveHttp((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://notebook')
    const [after, limit] = [Number(searchParams.get('after')), Number(searchParams.get('limit'))]
    if (request.headers.authorization !== `Bearer ${token}`) return answer(response, 401, {})
    if (pathname === '/notes') return answer(response, 200, page(after, limit))
    if (pathname === '/large/notes') return answer(response, 200, largePage(after, limit))
    if (pathname === '/limited/notes') return limitedPage(response, after, limit)
    if (pathname === '/forbidden/notes') return answer(response, 403, {})
    if (pathname === '/down/notes') return answer(response, 503, {})
    if (pathname === '/login/notes') return answer(response, 200, '<html>Please log in</html>', { 'content-type': 'text/html' })
    if (pathname === '/list/notes') return answer(response, 200, [])
    if (pathname === '/loop/notes') return answer(response, 200, { notes: [], next: 0, latest: 9 })
    if (pathname === '/spoiled/notes') return answer(response, 200, { notes: [{ id: 'a' }], next: 1, latest: 1 })
    return answer(response, 404, {})
  })
  const gone = await serveHttp(() => undefined)
  await gone.close()
  const at = (path: string) => ({ config: { url: `${server.url}${path}`, pageSize: 10 } })
  const allow = [`127.0.0.1:${server.port}`]

  return {
    ...at(''),
    secrets: { token },
    allow,
    minRecords: NOTES,
    truth: async () => new Map([['notes', new Set([...notes.values()].filter(({ removed }) => !removed).map(({ id }) => id))]]),
    change: async () => {
      put('n3', 'changed')
      put('new', 'added')
      put('n5', '', true)
    },
    failures: {
      unreachable: { config: { url: gone.url }, allow: [`127.0.0.1:${gone.port}`] },
      auth: { secrets: { token: `wrong-${token}` } },
      permission: at('/forbidden'),
    },
    futureCursor: (_stream, last) => Number(last) + 1_000,
    hostile: [
      { name: 'an error of the server', ...at('/down'), expectReason: 'UPSTREAM_ERROR' },
      { name: 'a login page', ...at('/login'), expectReason: 'CONTENT_MISMATCH' },
      { name: 'JSON of another shape', ...at('/list'), expectReason: 'UPSTREAM_INVALID' },
      { name: 'a page that leads to itself', ...at('/loop'), expectReason: 'PAGINATION_LOOP' },
      { name: 'no notebook at all', ...at('/elsewhere'), expectReason: 'NOT_FOUND_UPSTREAM' },
      { name: 'a note without its fields', ...at('/spoiled'), expectReason: 'RECORD_INVALID', rejected: true },
    ],
    drift: [
      {
        name: 'the list of notes is renamed',
        expectReason: 'UPSTREAM_INVALID',
        apply: async () => {
          state.renamed = true
        },
      },
    ],
    writer: async () => {
      const timer = setInterval(() => put(`w${state.change}`, 'written'), 2)
      return { stop: async () => clearInterval(timer) }
    },
    large: async () => ({ config: { url: `${server.url}/large`, pageSize: 500 }, records: LARGE }),
    rateLimited: async () => ({
      ...at('/limited'),
      verify: () => {
        if (state.violations > 0 || state.limited < 4) throw new Error(`${state.violations} of ${state.limited} requests came too early`)
      },
    }),
    close: () => server.close(),
  }
}
