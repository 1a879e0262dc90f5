import type { PaginationSpec } from '@inlet/connector-sdk'
import { asText, type ObjectNode, plain } from './node.js'
import type { Operation, Parameter } from './operations.js'
import type { Resolver } from './resolver.js'
import { membersOf, typeOf } from './schema.js'

export interface GuessedPagination {
  /** As a person would write it, without defaults. */
  readonly spec: Partial<PaginationSpec> & { readonly kind: PaginationSpec['kind'] }
  readonly sure: boolean
  /** Parameters of the first request: some servers page, and send links, only when asked for a page. */
  readonly query?: Readonly<Record<string, number>>
  readonly warning?: string
}

const PAGE = ['page', 'pagenumber', 'pageno', 'pagenum', 'pageindex']
const OFFSET = ['offset', 'skip', 'start', 'startat', 'startindex']
const CURSOR = [
  'cursor',
  'pagetoken',
  'nexttoken',
  'nextpagetoken',
  'continuationtoken',
  'continuation',
  'after',
  'pagecursor',
  'pageafter',
  'startingafter',
  'marker',
  'bookmark',
  'scrollid',
  'paginationtoken',
  'pagekey',
  'nextpagekey',
  'nextkey',
  'nextcursor',
  'exclusivestartkey',
  'iterator',
  'afterid',
  'lastid',
]
/** Parameters that take the key of the last record. */
const LAST_KEY = ['startingafter', 'afterid', 'lastid', 'after']
const SIZE = ['perpage', 'pagesize', 'limit', 'size', 'count', 'maxresults', 'pagelimit', 'top']
const NEXT_TOKEN = [
  'nextcursor',
  'nextpagetoken',
  'nexttoken',
  'endcursor',
  'continuationtoken',
  'nextpagecursor',
  'nextmarker',
  'nextoffset',
  'nextpageoffset',
  'nextbookmark',
  'nextpagekey',
  'nextkey',
  'nextscrollid',
  'nextpageid',
  'nextid',
  'lastevaluatedkey',
  'paginationtoken',
  'nextiterator',
  'scrollid',
  'bookmark',
  'marker',
  'cursor',
  'after',
  'next',
  'nextpage',
]
const NEXT_LINK = ['nextlink', 'nexturl', 'nextpageurl', 'odatanextlink', 'nexthref', 'nexturi', 'nextpageuri', 'nextpagelink', 'nextpagehref']

/** Guesses how the list continues, from the parameters and the response. Pure. */
export const guessPagination = (
  resolver: Resolver,
  operation: Operation,
  found: { readonly answer: ObjectNode; readonly recordsPath: string; readonly key?: string | undefined },
): GuessedPagination => {
  const query = operation.parameters.filter((one) => one.in === 'query')
  const find = (names: readonly string[]): Parameter | undefined => query.find(({ name }) => names.includes(plain(name)))
  const size = sizeOf(find(SIZE))
  const page = onlyNumeric(find(PAGE))
  if (operation.headers.has('link')) {
    const first = page === undefined ? {} : { query: { [page.name]: page.schema['default'] === 0 ? 0 : 1 } }
    return { spec: { kind: 'linkHeader', ...size }, sure: true, ...first }
  }
  const beside = found.recordsPath === '' ? [] : listMembers(resolver, found.answer, found.recordsPath)
  const link = beside.find(
    ({ name, schema }) =>
      NEXT_LINK.includes(name) || (name === 'next' && asText(schema['format']).startsWith('uri')) || name === 'linksnext' || name === 'linksnexthref',
  )
  if (link !== undefined) return { spec: { kind: 'nextUrl', path: link.path, ...size }, sure: true }
  const more = beside.find(({ name }) => ['hasmore', 'hasnextpage', 'hasnext'].includes(name.replace(/^.*(?=has)/, '')))
  const hasMore = more === undefined ? {} : { hasMorePath: more.path }
  const token = NEXT_TOKEN.map((name) => beside.find((one) => one.name.endsWith(name) && one.name !== 'haslinksnext')).find(
    (one) => one !== undefined,
  )
  const opaque = [...PAGE, ...OFFSET].flatMap((name) => query.find((one) => plain(one.name) === name && !isNumeric(one) && !isTime(one)) ?? [])[0]
  const cursor = find(CURSOR) ?? opaque
  if (cursor !== undefined) {
    if (token !== undefined) return { spec: { kind: 'cursor', param: cursor.name, tokenPath: token.path, ...size, ...hasMore }, sure: true }
    if (more !== undefined && found.key !== undefined && LAST_KEY.includes(plain(cursor.name))) {
      const tokenPath = [...(found.recordsPath === '' ? [] : [found.recordsPath]), '-1', found.key].join('.')
      return {
        spec: { kind: 'cursor', param: cursor.name, tokenPath, ...size, ...hasMore },
        sure: true,
        warning: `the parameter ${cursor.name} is taken to want the ${found.key} of the last record`,
      }
    }
    return {
      spec: { kind: 'none' },
      sure: false,
      warning: `the parameter ${cursor.name} pages through the list, but no field of the answer holds the next value: only the first page is read`,
    }
  }
  const pages = beside.find(({ name }) => name.endsWith('totalpages') || name.endsWith('pagecount'))
  if (page !== undefined) {
    const start = page.schema['default'] === 0 ? { start: 0 } : {}
    return {
      spec: { kind: 'page', param: page.name, ...start, ...size, ...hasMore, ...(pages !== undefined && { totalPagesPath: pages.path }) },
      sure: true,
    }
  }
  const offset = onlyNumeric(find(OFFSET))
  if (offset !== undefined && size.sizeParam !== undefined)
    return { spec: { kind: 'offset', param: offset.name, ...size, sizeParam: size.sizeParam, ...hasMore }, sure: true }
  const next = beside.find(({ name, schema }) => name === 'next' && typeOf(resolver, schema) === 'string')
  if (next !== undefined)
    return { spec: { kind: 'nextUrl', path: next.path, ...size }, sure: false, warning: `"${next.path}" is taken for the address of the next page` }
  if (size.sizeParam !== undefined)
    return {
      spec: { kind: 'none' },
      sure: false,
      warning: `the parameter ${size.sizeParam} limits the list, but nothing says how it continues: perhaps only its beginning is read`,
    }
  return { spec: { kind: 'none' }, sure: true }
}

/** Whether a parameter is a number: an opaque token or a time under a common name is not. */
const isNumeric = ({ schema }: Parameter): boolean => {
  const types = [schema['type']].flat()
  if (!types.includes('string') || types.includes('integer') || types.includes('number')) return true
  const hints = [schema['example'], schema['default']].filter((hint) => typeof hint === 'string' || typeof hint === 'number')
  return hints.length > 0 && hints.every((hint) => /^\d+$/.test(String(hint)))
}
const isTime = ({ schema }: Parameter): boolean => asText(schema['format']).startsWith('date')
const onlyNumeric = (parameter: Parameter | undefined): Parameter | undefined =>
  parameter === undefined || !isNumeric(parameter) ? undefined : parameter

/** Whether a parameter is for paging, and so not for people to fill in. */
export const isPaging = (name: string): boolean => [PAGE, OFFSET, CURSOR, SIZE].some((names) => names.includes(plain(name)))

const MAX_SIZE = 1_000
const sizeOf = (parameter: Parameter | undefined): { readonly sizeParam?: string; readonly pageSize?: number } => {
  if (parameter === undefined) return {}
  const { maximum } = parameter.schema
  return { sizeParam: parameter.name, ...(typeof maximum === 'number' && maximum >= 1 && { pageSize: Math.floor(Math.min(maximum, MAX_SIZE)) }) }
}

interface Member {
  /** Normalized, with the names along the path, e.g. `responsemetadatanextcursor`. */
  readonly name: string
  readonly path: string
  readonly schema: ObjectNode
}

const MAX_MEMBER_DEPTH = 2

/** Normalized members next to the list, two levels deep. */
const listMembers = (resolver: Resolver, schema: ObjectNode, recordsPath: string, prefix: readonly string[] = []): readonly Member[] =>
  [...membersOf(resolver, schema)].flatMap(([name, member]) => {
    const steps = [...prefix, name]
    const type = typeOf(resolver, member)
    if (type === 'object' && prefix.length < MAX_MEMBER_DEPTH) return listMembers(resolver, member, recordsPath, steps)
    if (type === 'array' || type === 'object' || steps.join('.') === recordsPath) return []
    const path = steps.some((step) => step.includes('.'))
      ? `/${steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`
      : steps.join('.')
    return [{ name: plain(steps.join('')), path, schema: member }]
  })
