import type { IncomingMessage } from 'node:http'
import { type Cursor, canonicalJson, type Page, type SharedTokens } from '@inlet/connector-sdk'
import { createTestContext, serveHttp } from '@inlet/connector-sdk/testing'
import { afterEach, describe, expect, it } from 'vitest'
import type { ApiSecrets } from './config.js'
import api from './index.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

type Routes = Record<string, (query: URLSearchParams, request: IncomingMessage) => unknown>
/** An API that answers by path; a number is a status, a string is sent as it is. */
const open = async (routes: Routes, config: object, secrets: object = {}) => {
  const server = await serveHttp((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    const body = routes[pathname]?.(searchParams, request) ?? 404
    response.writeHead(typeof body === 'number' ? body : 200).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  const ctx = await createTestContext({
    connector: api,
    config: { url: server.url, requestsPerMinute: 60_000, retries: 0, ...config },
    secrets,
    allow: ['127.0.0.1'],
  })
  closers.push(
    () => server.close(),
    () => ctx.close(),
  )
  const connection = await api.connect(ctx)
  const read = async (stream: string, cursor: Cursor | null = null): Promise<Page[]> => {
    const pages: Page[] = []
    for await (const page of api.read(connection, { stream, cursor, signal: ctx.signal })) pages.push(page)
    return pages
  }
  return { read, connection, ctx, server }
}
const keysOf = (pages: readonly Page[]) => pages.flatMap((page) => page.records.map((record) => record.key))
const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: { reason: string }) => error.reason,
  )
const nested = (over: object = {}) => ({
  streams: [
    { name: 'repos', path: '/repos', keyFields: ['id'] },
    { name: 'issues', path: '/repos/{parent.id}/issues', keyFields: ['n'], deletes: 'sweep', parent: { stream: 'repos' }, ...over },
  ],
})

describe('nested streams', () => {
  it('are read for every parent, with keys that tell them apart', async () => {
    const { read } = await open(
      { '/repos': () => [{ id: 'a' }, { id: 'b' }], '/repos/a/issues': () => [{ n: 1 }], '/repos/b/issues': () => [{ n: 1 }, { n: 2 }] },
      nested(),
    )
    const pages = await read('issues')
    expect(keysOf(pages)).toEqual([
      ['a', 1],
      ['b', 1],
      ['b', 2],
    ])
    expect(pages.at(-1)).toEqual({ records: [], sweep: {} })
  })
  it('do without a parent that went away, but not without all of them', async () => {
    const one = await open({ '/repos': () => [{ id: 'a' }, { id: 'b' }], '/repos/b/issues': () => [{ n: 1 }] }, nested())
    expect(keysOf(await one.read('issues'))).toEqual([['b', 1]])
    const none = await open({ '/repos': () => [{ id: 'a' }] }, nested())
    expect(await reasonOf(none.read('issues'))).toBe('NOT_FOUND_UPSTREAM')
  })
  it('do not sweep after a parent that could not be used', async () => {
    const { read } = await open({ '/repos': () => [{ id: '..' }, { name: 'x' }, { id: 'b' }], '/repos/b/issues': () => [{ n: 1 }] }, nested())
    const pages = await read('issues')
    expect(keysOf(pages)).toEqual([['b', 1]])
    expect(pages.some((page) => page.sweep !== undefined)).toBe(false)
  })
})

describe('a sweep', () => {
  const streams = [{ name: 's', path: '/s', keyFields: ['id'], deletes: 'sweep', pagination: { kind: 'page', maxPages: 2 } }]
  it('keeps what exists and could not be stored', async () => {
    const deep = `[{"id":1},{"id":2,"x":${'['.repeat(300)}${']'.repeat(300)}}]`
    const { read } = await open({ '/s': (query) => (query.get('page') === '1' ? deep : []) }, { streams })
    const pages = await read('s')
    expect(pages[0]).toMatchObject({ records: [{ key: 1 }], unchanged: [2], rejected: [{ key: 2, reason: 'RECORD_INVALID' }] })
    expect(pages.at(-1)?.sweep).toEqual({})
  })
  it('does not happen after a record without a key, nor when the list was cut off', async () => {
    const keyless = await open({ '/s': (query) => (query.get('page') === '1' ? [{ id: 1 }, {}] : []) }, { streams })
    expect((await keyless.read('s')).some((page) => page.sweep !== undefined)).toBe(false)
    const long = await open({ '/s': (query) => [{ id: query.get('page') }] }, { streams })
    expect(await reasonOf(long.read('s'))).toBe('PAGINATION_LOOP')
  })
})

describe('a change feed', () => {
  const streams = [
    {
      name: 'feed',
      path: '/feed',
      recordsPath: 'results',
      keyFields: ['id'],
      deletes: 'events',
      deletedField: 'deleted',
      pagination: { kind: 'cursor', tokenPath: 'last_seq', param: 'since' },
      incremental: { kind: 'pageToken' },
    },
  ]
  it('goes on from its token and passes deletes on', async () => {
    const events = [{ id: 'a' }, { id: 'b' }, { id: 'a', deleted: true }]
    const feed = (query: URLSearchParams) => {
      const since = Number(query.get('since') ?? 0)
      const results = events.slice(since, since + 2)
      return { results, last_seq: since + results.length }
    }
    const { read } = await open({ '/feed': feed }, { streams })
    const first = await read('feed')
    expect(first.flatMap((page) => page.records).map((record) => record.op)).toEqual([undefined, undefined, 'delete'])
    const cursor = first.at(-1)?.cursor ?? null
    expect(cursor).toEqual({ kind: 'pageToken', token: '3' })
    expect(keysOf(await read('feed', cursor))).toEqual([])
    events.push({ id: 'c' })
    expect(keysOf(await read('feed', cursor))).toEqual(['c'])
  })
  it('says that its token is too old', async () => {
    const { read } = await open({ '/feed': () => 410 }, { streams })
    expect(await reasonOf(read('feed', { kind: 'pageToken', token: 'old' }))).toBe('CURSOR_INVALID')
    expect(await reasonOf(read('feed'))).toBe('NOT_FOUND_UPSTREAM')
  })
})

describe('what is sent and kept', () => {
  it('keeps integers beyond 2^53 and exact decimals', async () => {
    const { read } = await open(
      { '/s': () => '[{"id":9007199254740993,"amount":12345678901234567890.10}]' },
      { streams: [{ name: 's', path: '/s', keyFields: ['id'] }] },
    )
    const [page] = await read('s')
    expect(page?.records[0]?.key).toBe(9007199254740993n)
    expect(canonicalJson(page?.records[0]?.data)).toBe('{"amount":12345678901234567890.10,"id":9007199254740993}')
  })
  it('sends secret headers and a key in the query, and lets neither into a record', async () => {
    const seen: unknown[] = []
    const streams = [{ name: 's', path: '/s', keyFields: ['id'], urlField: 'link' }]
    const config = { streams, auth: { kind: 'apiKey', in: 'query', name: 'key' } }
    const record = (query: URLSearchParams, request: IncomingMessage) => {
      seen.push(query.get('key'), request.headers['x-app-key'])
      return [{ id: 1, link: '#top' }]
    }
    const { read, server } = await open({ '/s': record }, config, { apiKey: 'canary-1', headers: { 'X-App-Key': 'canary-2' } })
    const pages = await read('s')
    expect(seen).toEqual(['canary-1', 'canary-2'])
    expect(pages[0]?.records[0]?.url).toBe(`${server.url}/s#top`)
  })
  it('declares where it goes', () => {
    const config = api.configSchema.parse({
      url: 'https://a.test',
      auth: { kind: 'oauth2ClientCredentials', tokenUrl: 'https://b.test/t', clientId: 'x' },
      streams: [{ name: 's', path: '/', keyFields: ['id'], pagination: { kind: 'linkHeader', allowOrigins: ['https://c.test'] } }],
    })
    expect(api.egress?.(config).map((target) => ('url' in target ? target.url : target.host))).toEqual([
      'https://a.test',
      'https://b.test/t',
      'https://c.test',
    ])
  })
  it('tries again what is worth it', async () => {
    const answers = [503, 500, [{ id: 1 }]]
    const { read } = await open({ '/s': () => answers.shift() }, { retries: 3, streams: [{ name: 's', path: '/s', keyFields: ['id'] }] })
    expect(keysOf(await read('s'))).toEqual([1])
  })
  it('gets its tokens through the context', async () => {
    const streams = [{ name: 's', path: '/s', keyFields: ['id'] }]
    const routes = { '/token': () => ({ access_token: 'a', refresh_token: 'r2' }), '/s': () => [{ id: 1 }] }
    const server = await open(routes, { streams })
    const stored: object[] = []
    const config = api.configSchema.parse({
      url: server.server.url,
      streams,
      auth: { kind: 'oauth2RefreshToken', tokenUrl: `${server.server.url}/token` },
    })
    const secrets = { refreshToken: 'r1' }
    const tokens: SharedTokens<ApiSecrets> = {
      get: async ({ renew }) => {
        const renewed = await renew(secrets)
        stored.push(renewed)
        return renewed.token
      },
    }
    const connection = await api.connect({ ...server.ctx, config, secrets, tokens })
    await api.check(connection, new AbortController().signal)
    expect(stored).toEqual([{ token: { value: 'a', expiresInMs: null }, changed: { refreshToken: 'r2' } }])
  })
})
