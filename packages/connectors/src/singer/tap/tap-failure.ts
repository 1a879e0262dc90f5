import { Failure, type Reason } from '@inlet/connector-sdk'

/**
 * What taps write before they give up; the first match wins. Taps have no standard exit codes; these
 * are the words of common HTTP and database libraries.
 */
const RULES: readonly (readonly [RegExp, Reason])[] = [
  [/\b429\b|too many requests|rate.?limit/i, 'RATE_LIMITED'],
  [
    /\b401\b|unauthori[sz]ed|authentication failed|access denied for user|password authentication|(invalid|expired|bad).{0,20}(credential|token|api.?key|password)/i,
    'AUTH_FAILED',
  ],
  [/\b403\b|forbidden|permission denied|not permitted|command denied/i, 'PERMISSION_DENIED'],
  [/name or service not known|name resolution|could not resolve|getaddrinfo|ENOTFOUND|nodename nor servname/i, 'DNS_FAILED'],
  [/certificate|SSLError|TLS handshake/i, 'TLS_FAILED'],
  [/connection refused|can't connect|could not connect|ECONNREFUSED|unreachable|no route to host|max retries exceeded/i, 'UNREACHABLE'],
  [/timed? ?out/i, 'TIMEOUT'],
  [/connection (reset|aborted|closed)|lost connection|server has gone away|ECONNRESET/i, 'CONNECTION_LOST'],
  [/\b50[0234]\b|internal server error|bad gateway|service unavailable/i, 'UPSTREAM_ERROR'],
]

const RATE_LIMIT_MS = 60_000

/** What runtimes write below the error itself. */
const BELOW = /^Node\.js v|^\s*(at |\}|\^)/

/** The failure of a tap that ended with an error, with its last meaningful line, redacted. Pure. */
export const toTapFailure = (how: string, tail: readonly string[]): Failure => {
  const line = tail.findLast((text) => !BELOW.test(text)) ?? ''
  return toFailure(
    findReason(line) ?? 'TAP_FAILED',
    line === '' ? `the tap ended with ${how} and said nothing` : `the tap ended with ${how}: ${line.slice(0, 400)}`,
  )
}

/** The failure of a tap that made no progress in time: many retry for long, and log why. Pure. */
export const toSlowTapFailure = (tail: readonly string[], ms: number): Failure => {
  const line = tail.findLast((text) => findReason(text) !== null)
  if (line === undefined) return new Failure('TIMEOUT', `the tap wrote neither a catalog nor a record within ${ms} ms`)
  return toFailure(findReason(line) ?? 'TIMEOUT', `the tap was still trying after ${ms} ms: ${line.slice(0, 400)}`)
}

const findReason = (line: string): Reason | null => RULES.find(([pattern]) => pattern.test(line))?.[1] ?? null

const toFailure = (reason: Reason, message: string): Failure => {
  return new Failure(reason, message, reason === 'RATE_LIMITED' ? { retryAfterMs: RATE_LIMIT_MS } : {})
}
