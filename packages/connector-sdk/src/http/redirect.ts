import { Failure, isUrl } from '@inlet/domain'
import type { Hop } from './exchange/exchange.js'
import { describeUrl } from './to-http-failure.js'

const ALWAYS_CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization', 'host']
const BODY_HEADERS = ['content-type', 'content-length', 'content-encoding', 'content-language', 'content-location']

/**
 * Makes a Location header usable in a URL: bytes beyond ASCII, which servers send as raw UTF-8 and Node reads as Latin-1, are escaped one by
 * one, so that the URL has the bytes the server meant.
 */
export const decodeLocation = (location: string): string =>
  location.replaceAll(/[\u0080-\u00ff]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

export const isRedirect = (status: number): boolean => status === 301 || status === 302 || status === 303 || status === 307 || status === 308

/**
 * Returns the request that follows a redirect (RFC 9110, 15.4): 303 becomes GET, as do 301 and 302 of a POST; credentials and
 * the given credential headers are dropped when scheme, host or port changes. Throws UPSTREAM_INVALID for a location that is no URL
 * and for a body that would go to another origin.
 */
export const nextHop = (hop: Hop, answer: { status: number; location: string }, credentialHeaders: readonly string[]): Hop => {
  const location = decodeLocation(answer.location)
  if (!isUrl(location, hop.url.href))
    throw new Failure('UPSTREAM_INVALID', `${describeUrl(hop.url)} redirects to something that is not a URL: ${describeLocation(location)}`)
  const url = new URL(location, hop.url)
  const toGet = (answer.status === 303 && hop.method !== 'HEAD') || ((answer.status === 301 || answer.status === 302) && hop.method === 'POST')
  const sameOrigin = url.protocol === hop.url.protocol && url.host === hop.url.host
  const body = toGet ? undefined : hop.body
  if (!sameOrigin && body !== undefined) {
    throw new Failure('UPSTREAM_INVALID', `${describeUrl(hop.url)} redirects a request with a body to ${describeUrl(url)}`, {
      next: 'Use the final address as the URL of the source.',
    })
  }
  const dropped = new Set([...(toGet ? BODY_HEADERS : []), ...(sameOrigin ? [] : [...ALWAYS_CREDENTIALS, ...credentialHeaders])])
  const headers = Object.fromEntries(Object.entries(hop.headers).filter(([name]) => !dropped.has(name)))
  return { url, method: toGet ? 'GET' : hop.method, headers, body }
}

/** Formats a location for messages: what follows the question mark may be secret and is dropped; the rest is cut and quoted. */
export const describeLocation = (location: string): string =>
  JSON.stringify(
    location
      .split(/[?#]/, 1)[0]
      ?.replace(/\/\/[^/@]*@/, '//')
      .slice(0, 200) ?? '',
  )
