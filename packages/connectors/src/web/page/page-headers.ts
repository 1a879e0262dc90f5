import { decodeLocation, isUrl } from '@inlet/connector-sdk'
import { parseRobotsDirectives } from '../../parsing/html/head-collector.js'
import type { HtmlPage } from '../../parsing/html/read-html.js'

/** Adds the directives (X-Robots-Tag) and the canonical URL (Link) that arrive in headers instead of the head of the page. */
export const withPageHeaders = (page: HtmlPage, url: string, headers: Readonly<Record<string, string>>): HtmlPage => {
  const directives = toDirectives(headers['x-robots-tag'])
  const canonical = page.canonical ?? canonicalLink(headers['link'] === undefined ? undefined : decodeLocation(headers['link']), url)
  return {
    ...page,
    noindex: page.noindex || directives.noindex,
    nofollow: page.nofollow || directives.nofollow,
    ...(canonical === undefined ? {} : { canonical }),
  }
}

/** Directives for another named crawler, e.g. `googlebot: noindex`, are not meant for us. */
const toDirectives = (header: string | undefined): { readonly noindex: boolean; readonly nofollow: boolean } => {
  if (header === undefined) return { noindex: false, nofollow: false }
  let forAnother = false
  const directives = header.split(',').filter((part) => {
    const named = /^\s{0,5}([\w-]{1,60})\s{0,5}:/.exec(part)?.[1]?.toLowerCase()
    if (named !== undefined) forAnother = named !== 'unavailable_after' && !named.startsWith('max-')
    return !forAnother
  })
  return parseRobotsDirectives(directives.join(','))
}

const canonicalLink = (header: string | undefined, url: string): string | undefined => {
  if (header === undefined || header.length > 16_384) return undefined
  for (const part of header.split(/,(?=\s{0,5}<)/)) {
    const href = /^\s{0,5}<([^>]{1,8192})>/.exec(part)?.[1]
    if (href !== undefined && /;\s{0,5}rel\s{0,5}=\s{0,5}"?[^";,]{0,100}\bcanonical\b/i.test(part) && isUrl(href, url)) return new URL(href, url).href
  }
  return undefined
}
