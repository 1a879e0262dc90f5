import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectorContext, Failure, isUrl, nextLinkOf, parseGrantedScopes, parseRateLimitReset, toFailure } from '@inlet/connector-sdk'
import type { GithubConfig, GithubSecrets } from '../config.js'
import { toGithubFailure } from './to-github-failure.js'

export type Query = Readonly<Record<string, string | number | undefined>>

export interface ApiRequest {
  /** Below the base URL, e.g. `/repos/acme/docs/issues`. */
  readonly path: string
  readonly query?: Query
  readonly signal: AbortSignal
}

export interface ApiResponse {
  readonly body: unknown
  readonly etag: string | undefined
  /** The query of the next page. */
  readonly next: Query | null
  /** By the server's clock. */
  readonly at: Date
}

/**
 * Sends one request after the other, as GitHub asks for. Throws what `toGithubFailure` returns for error responses, and what the HTTP client throws.
 */
export interface GithubApi {
  get(request: ApiRequest): Promise<ApiResponse>
  /** Returns null if the response still has this ETag; such requests cost no quota. Without an ETag like `get`. */
  getChanged(request: ApiRequest & { readonly etag: string | undefined }): Promise<ApiResponse | null>
  /** Returns the scopes of the token, by the last response; null for fine-grained and app tokens, for which GitHub does not report any. */
  granted(): readonly string[] | null
}

type Conditional = ApiRequest & { readonly etag: string | undefined }

const BASE_MS = 500
const CAP_MS = 8_000
/** A longer wait parks the run. */
const MAX_WAIT_MS = 5_000
const MAX_BYTES = 64 * 1024 * 1024

export const createGithubApi = (ctx: ConnectorContext<GithubConfig, GithubSecrets>): GithubApi => {
  const { config, secrets, http, now } = ctx
  const base = config.baseUrl.replace(/\/+$/, '')
  const headers: Record<string, string> = {
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    'user-agent': 'Inlet',
    ...(secrets.token === undefined ? {} : { authorization: `Bearer ${secrets.token}` }),
  }
  // Until when the quota is used up, in ms.
  const quota = { restUntil: 0 }
  const token: { granted: readonly string[] | null } = { granted: null }

  const once = async ({ path, query, etag, signal }: Conditional): Promise<ApiResponse | null> => {
    const waitMs = quota.restUntil - now().getTime()
    if (waitMs > 0) throw new Failure('RATE_LIMITED', 'the request quota of GitHub is used up for now', { retryAfterMs: waitMs })
    const response = await http.request({
      url: base + path + toSearch(query),
      headers: { ...headers, ...(etag === undefined ? {} : { 'if-none-match': etag }) },
      signal,
      timeoutMs: config.timeoutMs,
      maxBytes: MAX_BYTES,
    })
    const { status } = response
    if (status >= 400) throw await toGithubFailure(response, path, now())
    token.granted = parseGrantedScopes(response.headers['x-oauth-scopes'])
    const remaining = Number(response.headers['x-ratelimit-remaining'] ?? Number.NaN)
    const resetMs = parseRateLimitReset(response.headers['x-ratelimit-reset'], now())
    // A reserve larger than the whole quota would park the source forever.
    const reserve = Math.min(config.reserveRequests, Number(response.headers['x-ratelimit-limit'] ?? Number.POSITIVE_INFINITY) - 1)
    if (remaining <= Math.max(0, reserve) && resetMs !== undefined) quota.restUntil = now().getTime() + resetMs
    if (status === 304 && etag !== undefined) {
      response.discard()
      return null
    }
    if (status !== 200) {
      response.discard()
      throw new Failure('UPSTREAM_INVALID', `${path}: GitHub answers ${status}`)
    }
    const date = new Date(response.headers['date'] ?? Number.NaN)
    const body = await response.json()
    return {
      body,
      etag: response.headers['etag'],
      next: nextQuery(response.headers['link']) ?? pageToTry(response.headers['link'], query, body),
      at: Number.isNaN(date.getTime()) ? now() : date,
    }
  }

  const getChanged = async (request: Conditional): Promise<ApiResponse | null> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await once(request)
      } catch (thrown) {
        request.signal.throwIfAborted()
        const failure = toFailure(thrown)
        const waitMs = failure.retryAfterMs ?? Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt)
        const passing = failure.code === 'transient' || failure.code === 'rate_limited'
        if (!passing || attempt >= config.retries || waitMs > MAX_WAIT_MS) throw thrown
        await sleep(waitMs, undefined, { signal: request.signal })
      }
    }
  }
  return {
    getChanged,
    granted: () => token.granted,
    async get(request) {
      const answer = await getChanged({ ...request, etag: undefined })
      if (answer === null) throw new Failure('INTERNAL', 'a request without a condition has no unchanged answer')
      return answer
    },
  }
}

/** In a fixed order, so that the same request has the same URL and therefore the same ETag. */
export const toSearch = (query: Query = {}): string => {
  const set = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  return set.length === 0 ? '' : `?${new URLSearchParams(set.map(([name, value]): [string, string] => [name, String(value)])).toString()}`
}

/**
 * A full page without any Link header may be the last one, or a proxy or another server may have dropped the header: only an empty
 * page after it proves the end.
 */
const pageToTry = (link: string | undefined, query: Query | undefined, body: unknown): Query | null => {
  const size = Number(query?.['per_page'] ?? Number.NaN)
  // Of the list of commits, only the first one is requested.
  if (link !== undefined || !Array.isArray(body) || !(size > 1) || body.length < size) return null
  return { ...query, page: Number(query?.['page'] ?? 1) + 1 }
}

/** Only the query is used, so a link cannot lead elsewhere. */
const nextQuery = (link: string | undefined): Query | null => {
  const next = nextLinkOf(link)
  if (next === null || !isUrl(next, 'http://x')) return null
  return Object.fromEntries(new URL(next, 'http://x').searchParams)
}
