import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectorContext, Failure, readHttpFailure, toFailure } from '@inlet/connector-sdk'
import { type SiteSecrets, toLowerCase, toSecretHeaders } from '../../site/site-access.js'
import type { RssConfig } from '../config.js'

export interface FetchRequest {
  readonly url: string
  readonly accept: string
  readonly maxBytes: number
  readonly conditions?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export interface Fetched {
  readonly status: number
  /** The URL after redirects. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Empty for 304. */
  readonly bytes: Buffer
}

/** Fetches documents, retrying what may pass, and pauses for hosts that ask for it. */
export interface Fetcher {
  /** Returns 2xx responses, and 304 to a conditional request. Throws what `readHttpFailure` returns for others, and what the HTTP client throws. */
  fetch(request: FetchRequest): Promise<Fetched>
}

const BASE_MS = 500
const CAP_MS = 10_000
/** A host that asks for a longer pause gets no more requests in this run. */
const MAX_WAIT_MS = 30_000

export const createFetcher = (ctx: ConnectorContext<RssConfig, SiteSecrets>): Fetcher => {
  const { config, http, now } = ctx
  const headers = createRequestHeaders(config, ctx.secrets)
  /** When each host may be asked again, in ms. */
  const restUntil = new Map<string, number>()

  const rest = async (url: string, signal: AbortSignal): Promise<void> => {
    const { host } = new URL(url)
    for (;;) {
      const waitMs = (restUntil.get(host) ?? 0) - now().getTime()
      if (waitMs <= 0) return
      if (waitMs > MAX_WAIT_MS) throw new Failure('RATE_LIMITED', `${host} asked for a pause`, { retryAfterMs: waitMs })
      await sleep(waitMs, undefined, { signal })
    }
  }

  const fetchOnce = async (request: FetchRequest): Promise<Fetched> => {
    await rest(request.url, request.signal)
    const response = await http.request({
      url: request.url,
      headers: { ...headers.for(request.url, request.accept), ...request.conditions },
      credentialHeaders: headers.credentialNames,
      signal: request.signal,
      timeoutMs: config.timeoutMs,
      maxBytes: request.maxBytes,
    })
    const { status, url } = response
    const unchanged = status === 304 && request.conditions !== undefined
    if (status >= 200 && status < 300) return { status, url, headers: response.headers, bytes: await response.bytes() }
    if (status >= 400) {
      const failure = await readHttpFailure(response, now())
      if (failure.retryAfterMs !== undefined) restUntil.set(new URL(url).host, now().getTime() + failure.retryAfterMs)
      throw failure
    }
    response.discard()
    if (unchanged) return { status, url, headers: response.headers, bytes: Buffer.alloc(0) }
    throw new Failure('UPSTREAM_INVALID', `${request.url} answers ${status}`)
  }

  return {
    async fetch(request) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await fetchOnce(request)
        } catch (thrown) {
          request.signal.throwIfAborted()
          const failure = toFailure(thrown)
          const waitMs = failure.retryAfterMs ?? Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt)
          const passing = failure.code === 'transient' || failure.code === 'rate_limited'
          if (!passing || attempt >= config.retries || waitMs > MAX_WAIT_MS) throw thrown
          await sleep(waitMs, undefined, { signal: request.signal })
        }
      }
    },
  }
}

export interface RequestHeaders {
  /** Returns the headers of a request; credentials only for the sites of the feeds. */
  for(url: string, accept: string): Record<string, string>
  /** Names of the headers that contain secrets. */
  readonly credentialNames: readonly string[]
}

export const ACCEPT_FEED =
  'application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.8,application/json;q=0.7,*/*;q=0.1'
export const ACCEPT_PAGE = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.1'

export const createRequestHeaders = (config: RssConfig, secrets: SiteSecrets): RequestHeaders => {
  const plain = { 'user-agent': config.userAgent, ...toLowerCase(config.headers) }
  const secret = toSecretHeaders(secrets)
  const trusted = new Set(config.feeds.map((url) => new URL(url).origin))
  return {
    for: (url, accept) => ({ accept, ...plain, ...(trusted.has(new URL(url).origin) ? secret : {}) }),
    credentialNames: Object.keys(secret),
  }
}
