/**
 * What each class of failure makes the system do. One closed table: retry, job effect, HTTP status and log level
 * are looked up here and decided nowhere else.
 */
export const FAILURE_CODES = {
  transient: {
    retry: 'backoff',
    httpStatus: 503,
    logLevel: 'warn',
    meaning: 'The other side was unreachable or busy; the same request may succeed later.',
  },
  rate_limited: { retry: 'after', httpStatus: 429, logLevel: 'info', meaning: 'The other side asked to wait; the run is parked until then.' },
  auth_failed: {
    retry: 'never',
    httpStatus: 401,
    logLevel: 'error',
    meaning: 'The credentials were refused; the source stops until somebody changes them.',
  },
  permission_denied: {
    retry: 'never',
    httpStatus: 403,
    logLevel: 'error',
    meaning: 'The credentials are valid but lack a permission; the source stops.',
  },
  config_invalid: {
    retry: 'never',
    httpStatus: 422,
    logLevel: 'error',
    meaning: 'The settings of the source cannot work; the source stops until they change.',
  },
  upstream_invalid: { retry: 'backoff', httpStatus: 502, logLevel: 'warn', meaning: 'The other side answered with something that cannot be used.' },
  record_invalid: {
    retry: 'quarantine',
    httpStatus: 422,
    logLevel: 'warn',
    meaning: 'One record cannot be stored; it goes to quarantine and its neighbours pass.',
  },
  cancelled: { retry: 'never', httpStatus: 409, logLevel: 'info', meaning: 'Somebody asked for the work to stop.' },
  internal: { retry: 'backoff', httpStatus: 500, logLevel: 'error', meaning: 'A defect of Inlet itself.' },
} as const satisfies Record<string, FailureRule>

interface FailureRule {
  readonly retry: 'backoff' | 'after' | 'never' | 'quarantine'
  readonly httpStatus: number
  readonly logLevel: 'info' | 'warn' | 'error'
  readonly meaning: string
}

export type FailureCode = keyof typeof FAILURE_CODES
