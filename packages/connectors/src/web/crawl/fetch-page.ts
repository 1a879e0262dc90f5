import { setTimeout as sleep } from 'node:timers/promises'
import { decodeLocation, Failure, type HttpResponse, isUrl, parseRetryAfter, toFailure } from '@inlet/connector-sdk'
import type { CrawlTools } from './crawl-tools.js'
import type { Visit } from './frontier.js'
import { NotRendered, type Outcome } from './outcome.js'
import { readResponse } from './read-response.js'

/** Pauses the requests to a site. */
export type Pause = (ms: number) => void

/** Reasons for which no page can be read at all. */
const NO_BROWSER: ReadonlySet<string> = new Set(['BROWSER_NOT_INSTALLED', 'BROWSER_UNUSABLE'])
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const BASE_MS = 500
const CAP_MS = 15_000
/** A site that asks for a longer wait is left alone for that time: the run is parked. */
const MAX_WAIT_MS = 60_000

/** Fetches and reads one page, retrying with backoff. Throws CANCELLED, and RATE_LIMITED when the site asks for more than a minute. */
export const fetchPage = async (tools: CrawlTools, visit: Visit, conditional: boolean, pause: Pause): Promise<Outcome> => {
  for (let attempt = 0; ; attempt++) {
    const result = await tryOnce(tools, visit, conditional)
    if (result.kind !== 'again') return result
    const { failure, waitMs } = result
    if (waitMs !== undefined && waitMs > MAX_WAIT_MS) throw limited(failure, waitMs)
    if (attempt >= tools.config.retries) {
      if (failure.reason === 'RATE_LIMITED') throw limited(failure, waitMs ?? MAX_WAIT_MS)
      return { kind: 'failed', failure }
    }
    const delayMs = waitMs ?? tools.random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt)
    if (waitMs !== undefined) pause(delayMs)
    await sleep(delayMs, undefined, { signal: tools.signal })
  }
}

const limited = (failure: Failure, retryAfterMs: number): Failure => new Failure('RATE_LIMITED', failure.message, { retryAfterMs })

type Attempt = Outcome | { readonly kind: 'again'; readonly failure: Failure; readonly waitMs: number | undefined }

const tryOnce = async (tools: CrawlTools, visit: Visit, conditional: boolean): Promise<Attempt> => {
  try {
    const response = await tools.http.request({
      url: visit.url,
      headers: { ...withCookies(tools, visit.url), ...(conditional ? conditions(visit) : {}) },
      credentialHeaders: tools.headers.credentialNames,
      signal: tools.signal,
      timeoutMs: tools.config.timeoutMs,
      maxBytes: tools.config.maxPageBytes,
      maxRedirects: 0,
    })
    return await classify(tools, visit, response, conditional)
  } catch (error) {
    if (tools.signal.aborted) throw error
    const failure = toFailure(error)
    if (failure.reason === 'RESPONSE_TOO_LARGE') return { kind: 'skipped', why: 'too_large' }
    if (failure.code === 'cancelled' || failure.code === 'internal' || NO_BROWSER.has(failure.reason)) throw error
    if (error instanceof NotRendered) return { kind: 'failed', failure }
    return failure.code === 'transient' || failure.code === 'upstream_invalid'
      ? { kind: 'again', failure, waitMs: undefined }
      : { kind: 'failed', failure }
  }
}

const classify = async (tools: CrawlTools, visit: Visit, response: HttpResponse, conditional: boolean): Promise<Attempt> => {
  const { status } = response
  const cookies = tools.cookies.take(visit.url, response.headers['set-cookie'])
  if (status >= 200 && status < 300) return readResponse(tools, visit, response)
  const { location, 'retry-after': retryAfter } = response.headers
  const said = status >= 400 && (visit.start || status === 429 || status >= 500) ? await response.explain() : ''
  response.discard()
  if (status === 304 && conditional) return { kind: 'not_modified' }
  const target = location === undefined ? undefined : decodeLocation(location)
  if (REDIRECTS.has(status) && target !== undefined && isUrl(target, visit.url))
    return { kind: 'redirect', to: new URL(target, visit.url).href, cookies }
  if (status === 404 || status === 410) return { kind: 'gone', status }
  if (status === 429 || status >= 500) {
    const failure = new Failure(status === 429 ? 'RATE_LIMITED' : 'UPSTREAM_ERROR', `${visit.url} answers ${status}${said === '' ? '' : `: ${said}`}`)
    return { kind: 'again', failure, waitMs: parseRetryAfter(retryAfter, tools.now()) }
  }
  return { kind: 'refused', status, said }
}

/** Returns the headers of a request, with the cookies of the crawl. */
export const withCookies = ({ headers, cookies }: Pick<CrawlTools, 'headers' | 'cookies'>, url: string): Record<string, string> => {
  const { cookie: own, ...others } = headers.for(url)
  const cookie = cookies.headerFor(url, own)
  return cookie === undefined ? others : { ...others, cookie }
}

const conditions = ({ stored }: Visit): Record<string, string> => ({
  ...(stored?.e === undefined ? {} : { 'if-none-match': stored.e }),
  ...(stored?.m === undefined ? {} : { 'if-modified-since': stored.m }),
})
