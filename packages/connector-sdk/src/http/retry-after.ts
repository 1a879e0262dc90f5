const DAY_MS = 86_400_000
/** Anything longer is a mistake of the server, not a request to wait. */
const ABSURD_MS = 31 * DAY_MS

/**
 * Returns the milliseconds to wait by a Retry-After header: seconds or an HTTP date (RFC 9110, 10.2.3), at most 24 h. Undefined when it
 * is absent, text, negative or more than 31 days; 0 for a date in the past.
 */
export const parseRetryAfter = (value: string | undefined, now: Date): number | undefined => {
  const text = value?.trim() ?? ''
  if (/^\d{1,12}(\.\d+)?$/.test(text)) return bounded(Number(text) * 1000)
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, .*GMT$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : bounded(Math.max(0, at - now.getTime()))
}

/**
 * Returns the milliseconds until a rate limit resets: given as seconds from now, or seconds since 1970
 * as GitHub and others send. Bounded like Retry-After.
 */
export const parseRateLimitReset = (value: string | undefined, now: Date): number | undefined => {
  const text = value?.trim() ?? ''
  if (!/^\d{1,12}(\.\d+)?$/.test(text)) return undefined
  const seconds = Number(text)
  return bounded(seconds > 1_000_000_000 ? Math.max(0, seconds * 1000 - now.getTime()) : seconds * 1000)
}

const bounded = (ms: number): number | undefined => (ms > ABSURD_MS ? undefined : Math.min(Math.ceil(ms), DAY_MS))
