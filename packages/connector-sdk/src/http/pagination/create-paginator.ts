import { Failure } from '@inlet/domain'
import { readPath } from '../../json/read-path.js'
import { classifyEnd, isNo, isYes, toNumber } from './classify-end.js'
import { nextLinkOf, resolveNextLink } from './next-link.js'
import type { PaginationSpec } from './pagination-spec.js'
import type { PageParams, PagePosition, PageResponse, Paginator } from './paginator.js'

type Kind<K extends PaginationSpec['kind']> = Extract<PaginationSpec, { kind: K }>
/** What changes from page to page; null at the end. */
type Step = { readonly index?: number; readonly token?: string; readonly url?: string; readonly mark: string } | null

/**
 * Creates the paginator for a spec. Page and offset lists end with an empty page, not a short one: otherwise a server that returns fewer
 * records than requested would cut the list off unnoticed.
 */
export const createPaginator = (spec: PaginationSpec): Paginator => ({
  start: {
    page: 1,
    index: spec.kind === 'page' ? spec.start : 0,
    token: null,
    url: null,
    seen: 0,
    empty: 0,
    pages: null,
    cycle: { mark: null, steps: 0, limit: 1 },
  },
  params: (position) => toParams(spec, position),
  next: (position, answer) => {
    const step = nextStep(spec, position, answer)
    if (step === null || spec.kind === 'none') return null
    if (position.page >= spec.maxPages) {
      throw new Failure('PAGINATION_LOOP', `more than ${spec.maxPages} pages`, { next: 'Raise pagination.maxPages if there are really that many.' })
    }
    return {
      page: position.page + 1,
      index: step.index ?? position.index,
      token: step.token ?? null,
      url: step.url ?? null,
      seen: position.seen + answer.count,
      empty: answer.count === 0 ? position.empty + 1 : 0,
      pages: pagesOf(spec, answer) ?? position.pages,
      cycle: nextCycle(position.cycle, step.mark),
    }
  },
  end: (position, answer) => classifyEnd(spec, { ...position, pages: pagesOf(spec, answer) ?? position.pages }, answer),
  isEnd: (position, status) => spec.kind === 'page' && status === spec.endStatus && position.page > 1,
})

const toParams = (spec: PaginationSpec, position: PagePosition): PageParams => {
  if (spec.kind === 'none') return { url: null, query: {}, body: {} }
  if (position.url !== null) return { url: position.url, query: {}, body: {} }
  const query: Record<string, string> = {}
  const body: Record<string, string> = {}
  if (spec.sizeParam !== undefined) query[spec.sizeParam] = String(spec.pageSize)
  if (spec.kind === 'page' || spec.kind === 'offset') query[spec.param] = String(position.index)
  if (spec.kind === 'cursor' && position.token !== null) (spec.in === 'query' ? query : body)[spec.param] = position.token
  return { url: null, query, body }
}

const nextStep = (spec: PaginationSpec, position: PagePosition, answer: PageResponse): Step => {
  switch (spec.kind) {
    case 'page':
      return nextPage(spec, position, answer)
    case 'offset':
      return nextOffset(spec, position, answer)
    case 'cursor':
      return nextToken(spec, position, answer)
    case 'nextUrl':
      return nextUrl(readPath(answer.body, spec.path), answer, spec.allowOrigins)
    case 'linkHeader':
      return nextUrl(nextLinkOf(answer.headers['link']), answer, spec.allowOrigins)
    default:
      return null
  }
}

/** Lists that are filtered after being cut into pages have empty pages in the middle; this many in a row are a fault. */
const MAX_EMPTY = 20

const nextPage = (spec: Kind<'page'>, position: PagePosition, answer: PageResponse): Step => {
  const pages = pagesOf(spec, answer) ?? Number.NaN
  if (saysNoMore(spec.hasMorePath, answer) || position.index - spec.start + 1 >= pages) return null
  if (answer.count > 0) return { index: position.index + 1, mark: answer.mark }
  if (!saysMore(spec.hasMorePath, answer)) return null
  if (position.empty >= MAX_EMPTY) throw readingIncomplete(`the answer says that more follows, but ${position.empty + 1} pages in a row are empty`)
  return { index: position.index + 1, mark: answer.mark }
}

const pagesOf = (spec: PaginationSpec, answer: PageResponse): number | null =>
  spec.kind === 'page' && spec.totalPagesPath !== undefined ? toNumber(readPath(answer.body, spec.totalPagesPath)) : null

const nextOffset = (spec: Kind<'offset'>, position: PagePosition, answer: PageResponse): Step => {
  const total = spec.totalPath === undefined ? null : toNumber(readPath(answer.body, spec.totalPath))
  const index = position.index + answer.count
  if (saysNoMore(spec.hasMorePath, answer) || index >= (total ?? Number.POSITIVE_INFINITY)) return null
  if (answer.count > 0) return { index, mark: answer.mark }
  if (saysMore(spec.hasMorePath, answer)) throw readingIncomplete('the answer says that more follows, but has no records')
  return null
}

const nextToken = (spec: Kind<'cursor'>, position: PagePosition, answer: PageResponse): Step => {
  if (saysNoMore(spec.hasMorePath, answer)) return null
  const found = spec.tokenHeader === undefined ? readPath(answer.body, spec.tokenPath ?? '') : answer.headers[spec.tokenHeader.toLowerCase()]
  const isToken = typeof found === 'string' || typeof found === 'number' || typeof found === 'bigint'
  if (!isToken || found === '') {
    if (saysMore(spec.hasMorePath, answer)) throw readingIncomplete('the answer says that more follows, but has no token for it')
    if (typeof found === 'object' && found !== null && Object.keys(found).length > 0)
      throw readingIncomplete('the token for the next page is neither text nor number')
    return null
  }
  // Change feeds answer "nothing new" with the token they were given.
  if (answer.count === 0 && String(found) === position.token) return null
  return { token: String(found), mark: String(found) }
}

const nextUrl = (link: unknown, answer: PageResponse, allowOrigins: readonly string[]): Step => {
  if (typeof link !== 'string' || link === '') return null
  const url = resolveNextLink(link, answer.url, allowOrigins)
  // A link to its own page is the shortest loop.
  if (url === answer.url) throw new Failure('PAGINATION_LOOP', 'the link to the next page points to the same page')
  return { url, mark: url }
}

/** Only an explicit "no" ends the list here; a missing field must not. */
const saysNoMore = (path: string | undefined, answer: PageResponse): boolean => path !== undefined && isNo(readPath(answer.body, path))
const saysMore = (path: string | undefined, answer: PageResponse): boolean => path !== undefined && isYes(readPath(answer.body, path))

/** The system itself says that the list was not read to its end. */
const readingIncomplete = (message: string) => new Failure('READING_INCOMPLETE', message, { field: 'pagination' })

/** Advances the cycle detector by one mark (Brent 1980). Throws PAGINATION_LOOP when the mark has been seen before. */
const nextCycle = (cycle: PagePosition['cycle'], mark: string): PagePosition['cycle'] => {
  if (mark === cycle.mark) throw new Failure('PAGINATION_LOOP', 'the same page was returned again')
  if (cycle.mark === null || cycle.steps === cycle.limit) return { mark, steps: 1, limit: cycle.limit * 2 }
  return { ...cycle, steps: cycle.steps + 1 }
}
