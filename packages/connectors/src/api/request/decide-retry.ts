import { Failure } from '@inlet/connector-sdk'

const BASE_MS = 500
const MAX_BACKOFF_MS = 30_000
/** Longer waits park the run instead of holding its slot. */
const MAX_WAIT_MS = 60_000
/** For a server that limits without saying for how long. */
const DEFAULT_LIMIT_MS = 60_000

/**
 * Returns how long to wait before sending the same request again, or the failure to give up with: exponential backoff with full
 * jitter for transient failures, or the time the server names if it is at most a minute.
 * @param attempt 0 after the first request
 * @param random in [0, 1)
 */
export const decideRetry = (
  failure: Failure,
  { attempt, retries, random }: { attempt: number; retries: number; random: number },
): number | Failure => {
  const isLimit = failure.code === 'rate_limited'
  if (!isLimit && failure.code !== 'transient') return failure
  const retryAfterMs = failure.retryAfterMs
  const isWorthWaiting = attempt < retries && (retryAfterMs ?? 0) <= MAX_WAIT_MS
  if (!isWorthWaiting) return isLimit && retryAfterMs === undefined ? withWait(failure) : failure
  if (retryAfterMs !== undefined) return retryAfterMs
  return Math.round(random * Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** attempt))
}

const withWait = (failure: Failure) => new Failure(failure.reason, failure.message, { retryAfterMs: DEFAULT_LIMIT_MS, cause: failure })
