import { type Failure, type Reason } from '@inlet/domain'
import { parseRateLimitReset } from '../retry-after.js'
import { toHttpFailure } from '../to-http-failure.js'
import type { PaceOutcome } from './pace.js'

const LIMIT_FAMILIES = ['x-ratelimit', 'ratelimit', 'x-rate-limit'] as const
/** A server that limits without saying for how long. */
const DEFAULT_COOLDOWN_MS = 2_000
/** Statuses with which a host, or what stands before it, says that it is down; a 500 may be the fault of one page. */
const DOWN = [502, 503, 504]
const AWAY: readonly Reason[] = ['UNREACHABLE', 'DNS_FAILED', 'TIMEOUT', 'CONNECTION_LOST']

/** Reads an answer for limits: 429 and its like, Retry-After, X-RateLimit-* and RateLimit-* (draft-ietf-httpapi-ratelimit-headers, version 7 and before). */
export const toOutcome = (
  response: { readonly status: number; readonly url: string; readonly headers: Readonly<Record<string, string>> },
  now: Date,
): PaceOutcome => {
  const quota = quotaOf(response.headers, now)
  const failure = response.status < 400 ? null : toHttpFailure(response, now)
  if (failure?.code === 'rate_limited') return { host: 'served', cooldownMs: failure.retryAfterMs ?? DEFAULT_COOLDOWN_MS, quota }
  const cooldownMs = failure?.retryAfterMs
  return DOWN.includes(response.status)
    ? { host: 'failed', failure: `it answered with status ${response.status}`, cooldownMs, quota }
    : { host: 'served', cooldownMs, quota }
}

/** Reads a request that had no answer. */
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
