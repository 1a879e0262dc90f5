import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type AcceptanceBed, serveHttp } from '@inlet/connector-sdk/testing'
import { HOSTILE_ROUTES, hostileCases } from './hostile-routes.js'
import { createJsonServer, type Row, type Tables } from './json-server.js'

const HOUR_MS = 3_600_000
const LARGE = 200_000

/** A json-server behind bearer tokens, with items that have a cursor, posts to sweep and comments below posts. */
export const openApiBed = async (): Promise<AcceptanceBed> => {
  const token = `canary-${randomBytes(16).toString('hex')}`
  const tables = createTables()
  const jsonServer = createJsonServer(tables)
  const state = { renamed: false, keyless: false, parkedUntilMs: 0, inWindow: 0, windowAtMs: 0, violations: 0, limited: 0 }
  const server = await serveHttp((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    if (request.headers.authorization !== `Bearer ${token}` && !(pathname in HOSTILE_ROUTES)) return answer(response, 401, {})
    if (pathname === '/forbidden') return answer(response, 403, {})
    if (pathname === '/large') return answer(response, 200, largePage(Number(searchParams.get('offset'))))
    if (pathname === '/limited') return limited(state, response, searchParams)
    if (pathname === '/drift') return answer(response, 200, driftPage(state))
    const hostile = HOSTILE_ROUTES[pathname]
    return hostile === undefined ? jsonServer(request, response) : hostile(response, request)
  })
  const config = { url: server.url, auth: { kind: 'bearer' }, requestsPerMinute: 60_000, retries: 1, streams: STREAMS }
  return {
    config,
    secrets: { token },
    allow: [`127.0.0.1:${server.port}`],
    minRecords: 95 + 30 + 60 + 1,
    notSecret: NOT_SECRET,
    truth: async () => new Map([['items', new Set(rows(tables, 'items').map((row) => String(row.id)))]]),
    change: async () => {
      touch(tables, 3)
      rows(tables, 'items').push({ id: 1000, title: 'new', updatedAt: new Date().toISOString() })
      rows(tables, 'posts').pop()
      rows(tables, 'comments').push({ id: 'new', postId: 1, body: 'new' })
    },
    failures: {
      unreachable: { config: { ...config, url: 'http://127.0.0.1:9' }, allow: ['127.0.0.1:9'] },
      auth: { secrets: { token: 'another-token' } },
      permission: { config: { ...config, streams: [{ name: 'x', path: '/forbidden', keyFields: ['id'] }] } },
    },
    futureCursor: () => ({ kind: 'field', value: Date.now() + 24 * HOUR_MS }),
    hostile: hostileCases(server.url),
    drift: [
      {
        name: 'the key field is gone',
        apply: async () => {
          state.keyless = true
        },
        verify: (store) => {
          if (store.snapshot('drift').size !== 1) throw new Error('the record that lost its key field was lost too')
        },
      },
      {
        name: 'the list has another name',
        apply: async () => {
          state.renamed = true
        },
        expectReason: 'RECORDS_PATH_NOT_FOUND',
      },
    ],
    writer: async () => startWriter(tables),
    openConnections: () => [...server.sockets].filter((socket) => !socket.destroyed).length,
    large: async () => ({
      config: { ...config, streams: [{ name: 'large', path: '/large', keyFields: ['id'], pagination: { kind: 'offset', pageSize: 1000 } }] },
      records: LARGE,
    }),
    rateLimited: async () => ({
      config: { ...config, retries: 3, streams: [{ name: 'limited', path: '/limited', keyFields: ['id'], pagination: { kind: 'page' } }] },
      verify: () => {
        if (state.limited === 0) throw new Error('the limit was never met')
        if (state.violations > 0) throw new Error(`${state.violations} requests came before the time the server named`)
      },
    }),
    close: () => server.close(),
  }
}

export const NOT_SECRET = {
  tokenUrl: 'a public address',
  tokenPath: 'a path in the answer',
  tokenHeader: 'the name of a header',
  endTokenPath: 'a path in the answer',
  keyFields: 'names of fields',
  keyed: 'a switch',
  keyId: 'a public name',
  keyIdHeader: 'the name of a header',
}

const paged = { kind: 'page', param: '_page', sizeParam: '_limit', pageSize: 10 }
const STREAMS = [
  {
    name: 'items',
    path: '/items',
    query: { _sort: 'updatedAt,id', _order: 'asc,asc' },
    keyFields: ['id'],
    titleField: 'title',
    occurredAtField: 'updatedAt',
    pagination: paged,
    incremental: { kind: 'field', cursorField: 'updatedAt', param: 'updatedAt_gte', order: 'ascending' },
  },
  {
    name: 'posts',
    path: '/posts',
    keyFields: ['id'],
    deletes: 'sweep',
    pagination: { kind: 'linkHeader', sizeParam: '_limit', pageSize: 10 },
    query: { _page: 1 },
  },
  { name: 'comments', path: '/posts/{parent.id}/comments', keyFields: ['id'], textFields: ['body'], deletes: 'sweep', parent: { stream: 'posts' } },
  { name: 'drift', path: '/drift', recordsPath: 'data', keyFields: ['id'], deletes: 'sweep' },
]

const createTables = (): Tables => ({
  items: Array.from({ length: 95 }, (_, i) => ({
    id: i + 1,
    title: `item ${i + 1}`,
    updatedAt: new Date(Date.now() - (200 - i) * HOUR_MS).toISOString(),
  })),
  posts: Array.from({ length: 30 }, (_, i) => ({ id: i + 1, title: `post ${i + 1}` })),
  comments: Array.from({ length: 60 }, (_, i) => ({ id: `c${i + 1}`, postId: (i % 30) + 1, body: `comment ${i + 1}` })),
})
const rows = (tables: Tables, name: string): Row[] => tables[name] ?? []

/** Changes the item at a place, which moves it to the end of the order. */
const touch = (tables: Tables, index: number) => {
  const row = rows(tables, 'items')[index]
  if (row !== undefined) Object.assign(row, { title: `${String(row['title'])}!`, updatedAt: new Date().toISOString() })
}

const startWriter = (tables: Tables) => {
  let n = 0
  const timer = setInterval(() => {
    n++
    touch(tables, (n * 7) % 95)
    if (n % 3 === 0) rows(tables, 'items').push({ id: 5000 + n, title: 'written', updatedAt: new Date().toISOString() })
  }, 5)
  return { stop: async () => clearInterval(timer) }
}

const answer = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

const largePage = (offset: number) =>
  Array.from({ length: Math.max(0, Math.min(1000, LARGE - offset)) }, (_, i) => ({
    id: offset + i,
    name: `record ${offset + i}`,
    text: 'x'.repeat(200),
  }))

/** Five requests a second; who comes earlier than told after a 429 violates the limit. */
const limited = (
  state: { parkedUntilMs: number; inWindow: number; windowAtMs: number; violations: number; limited: number },
  response: ServerResponse,
  query: URLSearchParams,
) => {
  const now = Date.now()
  if (now < state.parkedUntilMs) {
    state.violations++
    return answer(response, 429, {}, { 'retry-after': '1' })
  }
  if (now - state.windowAtMs > 1000) Object.assign(state, { windowAtMs: now, inWindow: 0 })
  if (++state.inWindow > 5) {
    state.limited++
    state.parkedUntilMs = now + 1000
    return answer(response, 429, {}, { 'retry-after': '1' })
  }
  const page = Number(query.get('page'))
  return answer(response, 200, page > 12 ? [] : [{ id: page }])
}

const driftPage = (state: { renamed: boolean; keyless: boolean }) => {
  const records = [{ [state.keyless ? 'key' : 'id']: 1, name: 'x' }]
  return { [state.renamed ? 'results' : 'data']: records }
}
