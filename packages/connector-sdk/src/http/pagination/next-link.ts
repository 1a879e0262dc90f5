import { Failure, isUrl } from '@inlet/domain'
import { describeUrl } from '../to-http-failure.js'

/** Returns the target of `rel="next"` in a Link header (RFC 8288); null when there is none. */
export const nextLinkOf = (header: string | undefined): string | null => {
  for (const match of (header ?? '').slice(0, MAX_HEADER).matchAll(LINK)) {
    const relation = REL.exec(match[2] ?? '')
    const names = (relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/)
    if (names.includes('next')) return match[1] ?? null
  }
  return null
}
const MAX_HEADER = 16_384
const LINK = /<([^<>]*)>((?:\s*;\s*[\w*!#$&+.^`|~-]+(?:\s*=\s*(?:"[^"]*"|[^",;\s]*))?)*)/g
const REL = /;\s*rel\s*=\s*(?:"([^"]*)"|([^",;\s]+))/i

/**
 * Resolves a link to the next page against the URL of the response that contains it. Throws UPSTREAM_INVALID when it is no URL or
 * leaves both the origin of the response and the allowed ones.
 */
export const resolveNextLink = (link: string, base: string, allowOrigins: readonly string[]): string => {
  if (!isUrl(link, base)) throw new Failure('UPSTREAM_INVALID', 'the link to the next page is not a URL')
  const url = new URL(link, base)
  const allowed = [base, ...allowOrigins].some((origin) => new URL(origin).origin === url.origin)
  if (allowed) return url.href
  throw new Failure('UPSTREAM_INVALID', `the link to the next page leaves the origin: ${describeUrl(url)}`, {
    next: 'Add the origin to pagination.allowOrigins if it may be followed; credentials are not sent there.',
  })
}
