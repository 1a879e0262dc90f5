import { nextLinkOf } from './next-link.js'
import type { PageResponse } from './paginator.js'

/** Names that systems use, in lower case without punctuation. */
const MORE = names(
  'hasmore hasmoreitems hasmoreresults hasmorerecords hasmorepages hasnext hasnextpage more moreitems moreresults morerecords moredata moreavailable moreresultsavailable istruncated truncated incompleteresults incomplete',
)
const LAST = names('islast islastpage last lastpage finalpage isfinal done endofrecords endoflist endofresults isend nomore nomoreresults')
const NEXT = names(
  'next nexturl nexturi nextlink nexthref nextpage nextpageurl nextpageuri nextpagelink nextpagepath nextpagetoken nexttoken nextcursor nextpagecursor nextmarker nextoffset nextcontinuationtoken nextcontinuation continuationtoken continuation continue odatanextlink',
)
const TOTAL = names(
  'total totalcount totalresults totalitems totalelements totalrecords totalrows totalsize totalhits totalentries totalnumber totalnum totalmatches totalsresults numfound resultsizeestimate odatacount recordcount recordstotal itemcount itemtotal count',
)
const CONTAINERS = names(
  'meta metadata pagination paging pager page pageinfo paginginfo paginationinfo links cursors responsemetadata data result results response list d info',
)
const TOTAL_HEADERS = ['x-total-count', 'x-total', 'x-wp-total', 'x-total-results', 'total-count', 'x-pagination-total-count']
const NEXT_HEADERS = ['x-next-page', 'x-next-cursor', 'x-next-token', 'x-nextpage-token', 'x-continuation-token', 'x-ms-continuation', 'next-range']

function names(text: string): ReadonlySet<string> {
  return new Set(text.split(' '))
}

/**
 * Returns the sign in a response, going by common names, that its list continues, in words for people, or null. Paged systems are
 * often described as if they did not page; without this, the first page would pass for everything.
 */
export const signOfMore = (answer: PageResponse): string | null => {
  const header = NEXT_HEADERS.find((name) => !isNothing(answer.headers[name]))
  if (header !== undefined) return `the header ${header}`
  if (nextLinkOf(answer.headers['link']) !== null) return 'a Link header with rel="next"'
  for (const [name, value] of membersOf(answer.body)) {
    const plain = plainName(name)
    if (MORE.has(plain) && isYes(value)) return `${name}: true`
    if (LAST.has(plain) && (value === false || value === 'false')) return `${name}: false`
    if (NEXT.has(plain) && pointsOn(value)) return name
  }
  return null
}

/** Returns the total number of records stated in a response, going by common names; null if none is stated, the largest if several are. */
export const statedTotal = (answer: Pick<PageResponse, 'body' | 'headers'>): number | null => {
  const found = [
    ...TOTAL_HEADERS.map((name) => answer.headers[name]),
    ...membersOf(answer.body).flatMap(([name, value]) => (TOTAL.has(plainName(name)) ? [value] : [])),
    rangeTotal(answer.headers['content-range']),
  ].flatMap(toCount)
  return found.length === 0 ? null : Math.max(...found)
}

/** RFC 9110, 14.4, as some APIs use it for lists: `items 0-24/3573`. */
const rangeTotal = (range: string | undefined): string | undefined => /\/(\d{1,15})$/.exec(range ?? '')?.[1]

const toCount = (value: unknown): number[] => {
  const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? [count] : []
}

/** The members of the response and of those parts that usually describe paging. */
const membersOf = (body: unknown): readonly (readonly [string, unknown])[] => {
  if (!isObject(body)) return []
  const own = Object.entries(body)
  return [...own, ...own.flatMap(([name, value]) => (CONTAINERS.has(plainName(name)) && isObject(value) ? Object.entries(value) : []))]
}

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
const isYes = (value: unknown): boolean => value === true || value === 'true' || value === 1

/** Whether a "next" leads anywhere: a text, a page number, or an object that contains one. */
const pointsOn = (value: unknown): boolean => {
  if (isObject(value)) return Object.values(value).some((part) => typeof part === 'string' && part !== '')
  return !isNothing(value) && (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || value === 0 || value === '0' || value === 'null'
