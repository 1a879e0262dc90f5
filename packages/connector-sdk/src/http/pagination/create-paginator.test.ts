import { describe, expect, it } from 'vitest'
import { createPaginator } from './create-paginator.js'
import { paginationSchema } from './pagination-spec.js'
import type { PageParams, PageResponse } from './paginator.js'

const answer = (over: Partial<PageResponse> = {}): PageResponse => ({
  status: 200,
  url: 'https://api.test/items',
  headers: {},
  body: {},
  count: 10,
  mark: Math.random().toString(),
  ...over,
})
/** Walks through a list whose responses come from a function; returns all requests it makes. */
const walk = (spec: object, answers: (params: PageParams, n: number) => Partial<PageResponse>): PageParams[] => {
  const paginator = createPaginator(paginationSchema.parse(spec))
  const asked: PageParams[] = []
  let position: typeof paginator.start | null = paginator.start
  while (position !== null) {
    const params = paginator.params(position)
    asked.push(params)
    // A position is JSON, so that it can be stored.
    position = JSON.parse(JSON.stringify(paginator.next(position, answer(answers(params, asked.length)))))
  }
  return asked
}
const queries = (asked: readonly PageParams[]) => asked.map((params) => params.query)
const reasonOf = (act: () => unknown): string => {
  try {
    act()
    return 'fine'
  } catch (error) {
    return (error as { reason: string }).reason
  }
}

describe('page numbers', () => {
  it('end with an empty page, not with a short one', () => {
    const asked = walk({ kind: 'page', param: 'p', sizeParam: 'n', pageSize: 10 }, (_params, n) => ({ count: [10, 3, 10, 0][n - 1] ?? 0 }))
    expect(queries(asked)).toEqual([1, 2, 3, 4].map((p) => ({ p: String(p), n: '10' })))
  })
  it('can begin with 0 and end by what the answer says', () => {
    expect(walk({ kind: 'page', start: 0, totalPagesPath: 'pages' }, () => ({ body: { pages: 3 } }))).toHaveLength(3)
    expect(walk({ kind: 'page', hasMorePath: 'more' }, (_params, n) => ({ body: { more: n < 2 } }))).toHaveLength(2)
  })
  it('do not end because a field is missing', () => {
    expect(walk({ kind: 'page', hasMorePath: 'more', totalPagesPath: 'pages' }, (_params, n) => ({ count: n < 3 ? 1 : 0 }))).toHaveLength(3)
  })
  it('know a status that means the end, but not for the first page', () => {
    const paginator = createPaginator(paginationSchema.parse({ kind: 'page', endStatus: 404 }))
    expect(paginator.isEnd(paginator.start, 404)).toBe(false)
    expect(paginator.isEnd({ ...paginator.start, page: 2 }, 404)).toBe(true)
    expect(paginator.isEnd({ ...paginator.start, page: 2 }, 500)).toBe(false)
  })
  it('find out that the server ignores them', () => {
    expect(reasonOf(() => walk({ kind: 'page' }, () => ({ mark: 'same' })))).toBe('PAGINATION_LOOP')
  })
})

describe('offsets', () => {
  it('advance by what came, not by what was asked', () => {
    const asked = walk({ kind: 'offset', pageSize: 100 }, (_params, n) => ({ count: [50, 50, 20, 0][n - 1] ?? 0 }))
    expect(queries(asked).map((query) => query['offset'])).toEqual(['0', '50', '100', '120'])
  })
  it('end at the total', () => {
    expect(walk({ kind: 'offset', totalPath: '/meta/total' }, () => ({ count: 10, body: { meta: { total: 20 } } }))).toHaveLength(2)
  })
})

describe('tokens', () => {
  it('are taken from body or header and sent in query or body', () => {
    const body = walk({ kind: 'cursor', tokenPath: 'meta.next', param: 'after' }, (_params, n) => ({ body: { meta: { next: n < 3 ? n : null } } }))
    expect(queries(body)).toEqual([{}, { after: '1' }, { after: '2' }])
    const header = walk({ kind: 'cursor', tokenHeader: 'X-Next', in: 'body' }, (_params, n) => ({ headers: n < 2 ? { 'x-next': 't' } : {} }))
    expect(header.map((params) => params.body)).toEqual([{}, { cursor: 't' }])
  })
  it.each([null, '', false, undefined, {}])('end with %j', (next) => {
    expect(walk({ kind: 'cursor', tokenPath: 'next' }, () => ({ body: { next } }))).toHaveLength(1)
  })
  it('end a change feed that repeats its token with nothing', () => {
    expect(walk({ kind: 'cursor', tokenPath: 'seq' }, (_params, n) => ({ body: { seq: n < 3 ? n : 2 }, count: n < 3 ? 5 : 0 }))).toHaveLength(3)
  })
  it.each([1, 2, 7])('find a loop of %i', (length) => {
    expect(reasonOf(() => walk({ kind: 'cursor', tokenPath: 'next' }, (_params, n) => ({ body: { next: `t${n % length}` } })))).toBe(
      'PAGINATION_LOOP',
    )
  })
})

describe('links', () => {
  it('are followed, relative ones too', () => {
    const asked = walk({ kind: 'nextUrl', path: 'next' }, (_params, n) => ({ body: { next: n < 3 ? `?page=${n + 1}` : null } }))
    expect(asked.map((params) => params.url)).toEqual([null, 'https://api.test/items?page=2', 'https://api.test/items?page=3'])
  })
  it('come from the Link header', () => {
    const link = '<https://api.test/items?page=1>; rel="first", <https://api.test/items?a=1,2;3&page=2>; title="a, b; c"; rel="next last"'
    expect(walk({ kind: 'linkHeader' }, (_params, n) => ({ headers: n === 1 ? { link } : { link: '<x>; rel=prev' } }))[1]?.url).toBe(
      'https://api.test/items?a=1,2;3&page=2',
    )
  })
  it('to itself are a loop', () => {
    expect(reasonOf(() => walk({ kind: 'nextUrl', path: 'next' }, () => ({ body: { next: 'https://api.test/items' } })))).toBe('PAGINATION_LOOP')
    expect(reasonOf(() => walk({ kind: 'nextUrl', path: 'next' }, (_params, n) => ({ body: { next: `/items?p=${n % 2}` } })))).toBe('PAGINATION_LOOP')
  })
  it.each(['https://evil.test/items', 'http://api.test/items', 'https://api.test:8443/items', '//evil.test/', 'file:///etc/passwd', 'http://[bad'])(
    'to %s are refused',
    (next) => {
      expect(reasonOf(() => walk({ kind: 'nextUrl', path: 'next' }, () => ({ body: { next } })))).toBe('UPSTREAM_INVALID')
    },
  )
  it('may lead to an allowed origin', () => {
    const asked = walk({ kind: 'nextUrl', path: 'next', allowOrigins: ['https://cdn.test'] }, (_params, n) => ({
      body: { next: n === 1 ? 'https://cdn.test/2' : null },
    }))
    expect(asked[1]?.url).toBe('https://cdn.test/2')
  })
})

it('a list without end is cut off loudly', () => {
  expect(reasonOf(() => walk({ kind: 'page', maxPages: 50 }, () => ({})))).toBe('PAGINATION_LOOP')
})
it('a list without pages is one request', () => {
  expect(walk({ kind: 'none' }, () => ({}))).toEqual([{ url: null, query: {}, body: {} }])
})
