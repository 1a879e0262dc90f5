import { Failure, type Reason, showUrl } from '@inlet/domain'
import { parseRateLimitReset, parseRetryAfter } from './retry-after.js'

/** Like `toHttpFailure`, with what the body says, which is often the one thing that helps. Consumes the body. */
export const readHttpFailure = async (response: Parameters<typeof toHttpFailure>[0] & { explain(): Promise<string> }, now: Date): Promise<Failure> =>
  toHttpFailure(response, now, await response.explain())

/**
 * Returns the failure for a status of 400 or above: 401 AUTH_FAILED, 403 PERMISSION_DENIED (RATE_LIMITED when its headers
 * indicate a limit), 404 and 410 NOT_FOUND_UPSTREAM, 429 RATE_LIMITED, 5xx and 408 UPSTREAM_ERROR, others UPSTREAM_INVALID, with
 * the time to wait if the server names one. `said` is the server's own explanation.
 */
export const toHttpFailure = (
  response: { readonly status: number; readonly url: string; readonly headers: Readonly<Record<string, string>> },
  now: Date,
  said = '',
): Failure => {
  const { status, headers } = response
  const limited = status === 429 || (status === 403 && isRateLimit(headers))
  const reason = limited ? 'RATE_LIMITED' : reasonOf(status)
  const mayWait = limited || status === 503
  const retryAfterMs = mayWait ? waitMs(headers, now) : undefined
  const message = `${describeUrl(new URL(response.url))} answered with status ${status}${said === '' ? '' : `: ${said}`}`
  return new Failure(reason, message, retryAfterMs === undefined ? {} : { retryAfterMs })
}

const reasonOf = (status: number): Reason => {
  if (status === 401) return 'AUTH_FAILED'
  if (status === 403) return 'PERMISSION_DENIED'
  if (status === 404 || status === 410) return 'NOT_FOUND_UPSTREAM'
  if (status === 408 || status >= 500) return 'UPSTREAM_ERROR'
  return 'UPSTREAM_INVALID'
}

const isRateLimit = (headers: Readonly<Record<string, string>>): boolean =>
  headers['retry-after'] !== undefined || REMAINING.some((name) => headers[name]?.trim() === '0')

const waitMs = (headers: Readonly<Record<string, string>>, now: Date): number | undefined => {
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now)
  if (retryAfterMs !== undefined) return retryAfterMs
  const exhausted = REMAINING.some((name) => headers[name]?.trim() === '0')
  return exhausted ? RESET.map((name) => parseRateLimitReset(headers[name], now)).find((ms) => ms !== undefined) : undefined
}

const REMAINING = ['x-ratelimit-remaining', 'ratelimit-remaining', 'x-rate-limit-remaining']
const RESET = ['x-ratelimit-reset', 'ratelimit-reset', 'x-rate-limit-reset']

/** Formats a URL for messages and logs: without what may be secret, at most 300 characters. */
export const describeUrl = (url: URL): string => showUrl(url)
