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
/** An API that answers by path; a number is a status, a string is sent as is. */
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
/** Reads to the end: the keys of the pages, whether anything was swept or positioned, and the end that was reported. */
const readEnd = async ({ connection, ctx }: Pick<Awaited<ReturnType<typeof open>>, 'connection' | 'ctx'>, stream: string) => {
  const pages = api.read(connection, { stream, cursor: null, signal: ctx.signal })
  const seen: Page[] = []
  let step = await pages.next()
  for (; step.done !== true; step = await pages.next()) seen.push(step.value)
  return {
    keys: keysOf(seen),
    swept: seen.some(({ sweep }) => sweep !== undefined),
    moved: seen.some(({ cursor }) => cursor !== undefined),
    end: step.value,
  }
}
const nested = (over: object = {}) => ({
  streams: [
    { name: 'repos', path: '/repos', keyFields: ['id'] },
    { name: 'issues', path: '/repos/{parent.id}/issues', keyFields: ['n'], deletes: 'sweep', parent: { stream: 'repos' }, ...over },
  ],
})

describe('nested streams', () => {
  it('are read for every parent, with keys that distinguish them', async () => {
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
  it('cope with a parent that has disappeared, but not with all of them gone', async () => {
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
  it('continues from its token and passes deletes on', async () => {
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
  it('reports that its token is too old', async () => {
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
  it('declares where it sends requests', () => {
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
  it('retries what is worth retrying', async () => {
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

describe('what is not proved to be all', () => {
  const data = { recordsPath: 'data', keyFields: ['id'] }
  const lists = (child: object = {}) => ({
    streams: [
      { name: 'projects', path: '/projects', ...data },
      { name: 'tasks', path: '/projects/{parent.id}/tasks', ...data, parent: { stream: 'projects' }, deletes: 'sweep', ...child },
    ],
  })
  const two = { '/projects': () => ({ data: [{ id: 'a' }, { id: 'b' }] }), '/projects/a/tasks': () => ({ data: [{ id: 1 }] }) }
  it.each([
    { data: null },
    { data: null, success: false, error: { message: 'internal error' } },
    { data: [], error: 'try later' },
    { data: [{ id: 2 }], has_more: true },
    { data: [{ id: 2 }], total: 12 },
    { message: 'not today' },
    '<html>',
  ])('of one parent: %j is read past, sweeps nothing and moves nothing', async (answer) => {
    const source = await open({ ...two, '/projects/b/tasks': () => answer }, lists())
    const { keys, swept, moved, end } = await readEnd(source, 'tasks')
    expect(keys).toContainEqual(['a', 1])
    expect([swept, moved, end.complete]).toEqual([false, false, false])
  })
  it('in the list of parents makes their children incomplete, too', async () => {
    const source = await open({ ...two, '/projects': () => ({ data: [{ id: 'a' }], total: 2 }) }, lists())
    expect(await readEnd(source, 'tasks')).toMatchObject({
      keys: [['a', 1]],
      swept: false,
      end: { complete: false, message: expect.stringMatching(/1 of 2/) },
    })
  })
  it('sweeps when every list was read to its end', async () => {
    const source = await open({ ...two, '/projects/b/tasks': () => ({ data: [] }) }, lists())
    expect(await readEnd(source, 'tasks')).toMatchObject({ swept: true, end: { complete: true } })
  })
  it('fails when no parent can be read', async () => {
    const broken = () => ({ data: null, ok: false })
    const source = await open({ ...two, '/projects/a/tasks': broken, '/projects/b/tasks': broken }, lists())
    expect(await reasonOf(readEnd(source, 'tasks'))).toBe('UPSTREAM_INVALID')
  })
  it('moves no position past what it could not see', async () => {
    const incremental = { kind: 'since', param: 'since' }
    const source = await open({ '/x': () => ({ data: null }) }, { streams: [{ name: 'x', path: '/x', ...data, incremental }] })
    expect(await readEnd(source, 'x')).toMatchObject({ moved: false, end: { complete: false } })
  })
  it('yields what it has and fails when the answer says that more follows but not how', async () => {
    const all = Array.from({ length: 250 }, (_, n) => ({ id: n }))
    const page = (query: URLSearchParams) => {
      const from = query.get('after') === null ? 0 : Number(query.get('after')) + 1
      return { data: all.slice(from, from + 100), has_more: from + 100 < all.length }
    }
    const pagination = { kind: 'cursor', param: 'after', hasMorePath: 'has_more' }
    const wrong = await open({ '/x': page }, { streams: [{ name: 'x', path: '/x', ...data, pagination: { ...pagination, tokenPath: 'next' } }] })
    const pages: Page[] = []
    const reading = (async () => {
      for await (const one of api.read(wrong.connection, { stream: 'x', cursor: null, signal: wrong.ctx.signal })) pages.push(one)
    })()
    expect(await reasonOf(reading)).toBe('READING_INCOMPLETE')
    expect(keysOf(pages)).toHaveLength(100)
    const right = await open(
      { '/x': page },
      { streams: [{ name: 'x', path: '/x', ...data, pagination: { ...pagination, tokenPath: 'data.-1.id' } }] },
    )
    expect((await readEnd(right, 'x')).keys).toHaveLength(250)
  })
})
