import { describe, expect, it } from 'vitest'
import { createPaginator } from './create-paginator.js'
import { paginationSchema } from './pagination-spec.js'
import type { PageResponse } from './paginator.js'

type Given = Partial<PageResponse>
/** Reads a list whose responses are given one by one; returns what its end proves, or the reason it failed with. */
const read = (spec: object, answers: readonly Given[]): string => {
  const paginator = createPaginator(paginationSchema.parse(spec))
  let position = paginator.start
  for (const [n, given] of answers.entries()) {
    const answer: PageResponse = { status: 200, url: 'https://api.test/items', headers: {}, body: {}, count: 100, mark: String(n), ...given }
    try {
      const next = paginator.next(position, answer)
      if (next === null) {
        expect(n).toBe(answers.length - 1)
        const end = paginator.end(position, answer)
        return end.complete ? 'complete' : end.message
      }
      position = JSON.parse(JSON.stringify(next)) as typeof position
    } catch (error) {
      return (error as { reason: string }).reason
    }
  }
  return 'continues'
}
const FULL: Given = { count: 100 }
const EMPTY: Given = { count: 0 }

describe('one answer', () => {
  const none = { kind: 'none' }
  it.each<Given>([
    { body: [1, 2] },
    { body: { data: [], has_more: false, total: 100 } },
    { body: { items: [], next: null, count: 100 } },
    { body: { data: [], links: { next: '', self: '/x' } } },
    { body: { meta: { total_count: '100', next_page: 0 } } },
    { body: { data: [], total: 12.5 } },
    { headers: { 'x-total-count': '100', link: '</x>; rel="prev"' } },
    { body: { isLast: true, last: true, done: true } },
    { status: 206, headers: { 'content-range': 'items 0-99/100' } },
  ])('is the whole list with %j', (given) => {
    expect(read(none, [given])).toBe('complete')
  })
  it.each<[Given, RegExp]>([
    [{ body: { data: [], has_more: true } }, /has_more/],
    [{ body: { paging: { hasMore: 'true' } } }, /hasMore/],
    [{ body: { pageInfo: { hasNextPage: true } } }, /hasNextPage/],
    [{ body: { isLast: false } }, /isLast/],
    [{ body: { done: false } }, /done/],
    [{ body: { incomplete_results: true } }, /incomplete_results/],
    [{ body: { next: 'https://api.test/items?page=2' } }, /next/],
    [{ body: { _links: { next: { href: '/2' } } } }, /next/],
    [{ body: { next_page: { offset: 'abc' } } }, /next_page/],
    [{ body: { nextPageToken: 't' } }, /nextPageToken/],
    [{ body: { '@odata.nextLink': 'https://api.test/2' } }, /nextLink/],
    [{ body: { response_metadata: { next_cursor: 'dGVhbQ' } } }, /next_cursor/],
    [{ body: { metadata: { continue: 'x' } } }, /continue/],
    [{ body: { total: 1_234 } }, /100 of 1234/],
    [{ body: { meta: { totalCount: '1234' } } }, /100 of 1234/],
    [{ headers: { 'x-total-count': '1234' } }, /100 of 1234/],
    [{ headers: { 'x-next-page': '2' } }, /x-next-page/],
    [{ headers: { link: '<https://api.test/items?page=2>; rel="next"' } }, /Link/],
    [{ status: 206, headers: { 'content-range': 'items 0-99/1234' } }, /100 of 1234/],
    [{ status: 202, count: 0 }, /202/],
  ])('is not the whole list with %j', (given, message) => {
    expect(read(none, [given])).toMatch(message)
  })
})

describe('pages and offsets', () => {
  it.each<[string, object, readonly Given[], string | RegExp]>([
    ['an empty page', { kind: 'page' }, [FULL, EMPTY], 'complete'],
    ['an empty page and the total reached', { kind: 'page' }, [FULL, { ...EMPTY, body: { total: 100 } }], 'complete'],
    ['an empty page before the total', { kind: 'page' }, [FULL, { ...EMPTY, body: { total: 1_234 } }], /100 of 1234/],
    ['an empty page before the last', { kind: 'page', totalPagesPath: 'pages' }, [{ ...FULL, body: { pages: 3 } }, EMPTY], /1 of 3 pages/],
    [
      'all pages',
      { kind: 'page', totalPagesPath: 'pages' },
      [
        { ...FULL, body: { pages: 2 } },
        { ...FULL, body: { pages: 2 } },
      ],
      'complete',
    ],
    ['no pages at all', { kind: 'page', totalPagesPath: 'pages' }, [{ ...EMPTY, body: { pages: 0 } }], 'complete'],
    ['an explicit end', { kind: 'page', hasMorePath: 'more' }, [{ ...FULL, body: { more: false } }], 'complete'],
    [
      'an empty page in the middle',
      { kind: 'page', hasMorePath: 'more' },
      [
        { ...EMPTY, body: { more: true } },
        { ...FULL, body: { more: false } },
      ],
      'complete',
    ],
    [
      'nothing but empty pages',
      { kind: 'page', hasMorePath: 'more' },
      Array.from({ length: 30 }, (): Given => ({ ...EMPTY, body: { more: true } })),
      'READING_INCOMPLETE',
    ],
    ['the total', { kind: 'offset', totalPath: 'total' }, [{ ...FULL, body: { total: 100 } }], 'complete'],
    ['an empty answer before the total', { kind: 'offset', totalPath: 'total' }, [FULL, { ...EMPTY, body: { total: 1_234 } }], /100 of 1234/],
    ['an empty answer that says more', { kind: 'offset', hasMorePath: 'more' }, [{ ...EMPTY, body: { more: true } }], 'READING_INCOMPLETE'],
  ])('end with %s', (_title, spec, answers, end) => {
    expect(read(spec, answers)).toMatch(end)
  })
})

describe('tokens and links', () => {
  const token = { kind: 'cursor', tokenPath: 'next', hasMorePath: 'has_more' }
  it.each<[object, Given, string | RegExp]>([
    [token, { body: { has_more: false } }, 'complete'],
    [token, { body: { has_more: false, total: 500 } }, 'complete'],
    [token, { body: { has_more: true } }, 'READING_INCOMPLETE'],
    [token, { body: { has_more: 'true', next: '' } }, 'READING_INCOMPLETE'],
    [{ kind: 'cursor', tokenPath: 'next' }, { body: { next: { after: 5 } } }, 'READING_INCOMPLETE'],
    [{ kind: 'cursor', tokenPath: 'next' }, { body: { next: null, total: 900 } }, 'complete'],
    [{ kind: 'cursor', tokenPath: 'nxt' }, { body: { next_cursor: 'abc' } }, /next_cursor/],
    [{ kind: 'cursor', tokenPath: 'nxt' }, { body: { total: 900 } }, /100 of 900/],
    [{ kind: 'cursor', tokenPath: 'nxt' }, {}, 'complete'],
    [{ kind: 'nextUrl', path: 'next' }, { body: { next: null, count: 900 } }, 'complete'],
    [{ kind: 'nextUrl', path: 'nxt' }, { body: { count: 900 } }, /100 of 900/],
    [{ kind: 'nextUrl', path: 'nxt' }, { body: { next: '/2' } }, /next/],
    [{ kind: 'linkHeader' }, { headers: { link: '</1>; rel="first"' } }, 'complete'],
    [{ kind: 'linkHeader' }, { headers: { 'x-total': '900' } }, /100 of 900/],
  ])('%j end with %j', (spec, given, end) => {
    expect(read(spec, [given])).toMatch(end)
  })
  it('page by the id of the last record', () => {
    const spec = { kind: 'cursor', tokenPath: 'data.-1.id', hasMorePath: 'has_more' }
    expect(read(spec, [{ body: { data: [{ id: 'a' }, { id: 'b' }], has_more: true } }, { body: { data: [{ id: 'c' }], has_more: false } }])).toBe(
      'complete',
    )
  })
  it('a feed that repeats its token with nothing has ended', () => {
    const spec = { kind: 'cursor', tokenPath: 'next_cursor' }
    expect(read(spec, [{ body: { next_cursor: 't' } }, { body: { next_cursor: 't' }, count: 0 }])).toBe('complete')
  })
})
