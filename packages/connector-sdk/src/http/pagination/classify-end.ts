import { complete, incomplete, type ReadEnd } from '../../connector.js'
import { readPath } from '../../json/read-path.js'
import type { PaginationSpec } from './pagination-spec.js'
import type { PagePosition, PageResponse } from './paginator.js'
import { signOfMore, statedTotal } from './signs-of-more.js'

/** Decides whether the last response of a list proves that the list ended there. Pure. */
export const classifyEnd = (spec: PaginationSpec, position: PagePosition, answer: PageResponse): ReadEnd => {
  const seen = position.seen + answer.count
  const promised = promisedEnd(spec, position, answer)
  if (promised !== null) return promised
  if ('hasMorePath' in spec && spec.hasMorePath !== undefined && isNo(readPath(answer.body, spec.hasMorePath)))
    return complete('the answer says that nothing follows')
  if (spec.kind === 'cursor' && position.token !== null && tokenOf(spec, answer) === position.token)
    return complete('the answer names the token it was asked with')
  if (answer.status === 202 && answer.count === 0) return incomplete('the system has accepted the request (202) and not answered it yet')
  const pages = spec.kind === 'page' || spec.kind === 'offset'
  const sign = pages ? null : signOfMore(answer)
  if (sign !== null) return incomplete(`the answer says that the list continues (${sign}), but not as the pagination settings say`)
  if (saysEnd(spec, answer)) return complete('the answer names no next page')
  const total = statedTotal(answer)
  if (total !== null && total > seen) return incomplete(`the list ended after ${seen} of ${total} records`)
  if (pages) return complete('the last page is empty')
  return complete(spec.kind === 'none' ? 'one answer holds the whole list' : 'the answer names no next page')
}

/** What the settings say about where the system states its size: null when they name nothing, or the response lacks it. */
const promisedEnd = (spec: PaginationSpec, position: PagePosition, answer: PageResponse): ReadEnd | null => {
  if (spec.kind === 'page' && position.pages !== null) {
    const read = position.index - spec.start + (answer.count === 0 ? 0 : 1)
    if (position.pages > read) return incomplete(`the list ended after ${read} of ${position.pages} pages`)
    return complete('all pages were read')
  }
  if (spec.kind !== 'offset' || spec.totalPath === undefined) return null
  const total = toNumber(readPath(answer.body, spec.totalPath))
  const read = position.index + answer.count
  if (total === null) return null
  return total > read ? incomplete(`the list ended after ${read} of ${total} records`) : complete('as many records as the answer states were read')
}

/** An explicit end, which outweighs a total that may count what this reader is not allowed to see. */
const saysEnd = (spec: PaginationSpec, answer: PageResponse): boolean => {
  if (spec.kind === 'nextUrl') return isExplicitNothing(readPath(answer.body, spec.path))
  if (spec.kind === 'linkHeader') return answer.headers['link'] !== undefined
  if (spec.kind !== 'cursor') return false
  return spec.tokenHeader === undefined && isExplicitNothing(readPath(answer.body, spec.tokenPath ?? ''))
}

const tokenOf = (spec: Extract<PaginationSpec, { kind: 'cursor' }>, answer: PageResponse): string => {
  const found = spec.tokenHeader === undefined ? readPath(answer.body, spec.tokenPath ?? '') : answer.headers[spec.tokenHeader.toLowerCase()]
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'bigint' ? String(found) : ''
}

const isExplicitNothing = (value: unknown): boolean => value === null || value === '' || value === false

export const isNo = (value: unknown): boolean => value === false || value === 'false' || value === 0 || value === null
export const isYes = (value: unknown): boolean => value === true || value === 'true' || value === 1

export const toNumber = (value: unknown): number | null => {
  const number = value === undefined || value === null || value === '' ? Number.NaN : Number(value)
  return Number.isFinite(number) ? number : null
}
