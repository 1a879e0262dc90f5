import { type Failure, isUrl, type Reason, toFailure } from '@inlet/domain'
import type { HttpClient } from '../http-client.js'
import { parseRateLimitReset } from '../retry-after.js'
import { toHttpFailure } from '../to-http-failure.js'
import type { Pace, PaceOutcome } from './pace.js'

/** Sends what `pace` lets through, and reports each outcome back to it. The client stays with its owner. */
export const createPacedHttp = (http: HttpClient, pace: Pace, now: () => Date): HttpClient => ({
  request: async (request) => {
    // The client itself refuses what is not a URL.
    if (!isUrl(request.url)) return http.request(request)
    const { host } = new URL(request.url)
    await pace.take({ host, perMinute: request.perMinute, signal: request.signal })
    const response = await http.request(request).catch(async (error: unknown) => {
      await pace.report(host, toFailedOutcome(toFailure(error)))
      throw error
    })
    await pace.report(host, toOutcome(response, now()))
    return response
  },
})

const LIMIT_FAMILIES = ['x-ratelimit', 'ratelimit', 'x-rate-limit'] as const
/** For a server that limits without saying for how long. */
const DEFAULT_COOLDOWN_MS = 2_000
/** Statuses by which a host, or what stands in front of it, says that it is down; a 500 may be the fault of one page. */
const DOWN = [502, 503, 504]
const AWAY: readonly Reason[] = ['UNREACHABLE', 'DNS_FAILED', 'TIMEOUT', 'CONNECTION_LOST']

/**
 * Reads a response for limits: 429 and the like, Retry-After, X-RateLimit-* and RateLimit-* (draft-ietf-httpapi-ratelimit-headers, up to version 7).
 */
export const toOutcome = (
  response: { readonly status: number; readonly url: string; readonly headers: Readonly<Record<string, string>> },
  now: Date,
): PaceOutcome => {
  const quota = quotaOf(response.headers, now)
  const failure = response.status < 400 ? null : toHttpFailure(response, now)
  if (failure?.code === 'rate_limited')
    return { host: 'served', refusal: failure.message, cooldownMs: failure.retryAfterMs ?? DEFAULT_COOLDOWN_MS, quota }
  const cooldownMs = failure?.retryAfterMs
  const refusal = cooldownMs === undefined ? undefined : failure?.message
  return DOWN.includes(response.status)
    ? { host: 'failed', failure: `it answered with status ${response.status}`, cooldownMs, quota }
    : { host: 'served', refusal, cooldownMs, quota }
}

/** Returns the outcome of a request that got no response. */
export const toFailedOutcome = ({ reason, message }: Failure): PaceOutcome =>
  AWAY.includes(reason) ? { host: 'failed', failure: `${reason}: ${message}` } : { host: 'unknown' }

const quotaOf = (headers: Readonly<Record<string, string>>, now: Date): PaceOutcome['quota'] => {
  for (const family of LIMIT_FAMILIES) {
    const remaining = headers[`${family}-remaining`]?.trim() ?? ''
    const resetMs = parseRateLimitReset(headers[`${family}-reset`], now)
    if (/^\d{1,9}$/.test(remaining) && resetMs !== undefined) return { remaining: Number(remaining), resetMs }
  }
  return undefined
}
