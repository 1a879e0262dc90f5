/**
 * What each class of failure causes. One closed table: retry, effect on the job, HTTP status and log level are looked up here and decided nowhere
 * else, and so is who must act, unless a reason overrides it.
 */
export const FAILURE_CODES = {
  transient: {
    retry: 'backoff',
    who: 'nobody',
    httpStatus: 503,
    logLevel: 'warn',
    meaning: 'The remote system was unreachable or busy; the same request may succeed later.',
  },
  rate_limited: {
    retry: 'after',
    who: 'nobody',
    httpStatus: 429,
    logLevel: 'info',
    meaning: 'The remote system asked us to wait; the run is parked until then.',
  },
  auth_failed: {
    retry: 'never',
    who: 'owner',
    httpStatus: 401,
    logLevel: 'error',
    meaning: 'The credentials were refused; the source stops, and is checked again from time to time.',
  },
  permission_denied: {
    retry: 'never',
    who: 'owner',
    httpStatus: 403,
    logLevel: 'error',
    meaning: 'The credentials are valid but lack a permission; the source stops, and is checked again from time to time.',
  },
  config_invalid: {
    retry: 'never',
    who: 'owner',
    httpStatus: 422,
    logLevel: 'error',
    meaning: 'The settings of the source cannot work; the source stops, and is checked again from time to time.',
  },
  upstream_invalid: {
    retry: 'backoff',
    who: 'owner',
    httpStatus: 502,
    logLevel: 'warn',
    meaning: 'The remote system returned something that cannot be used.',
  },
  record_invalid: {
    retry: 'quarantine',
    who: 'owner',
    httpStatus: 422,
    logLevel: 'warn',
    meaning: 'One record cannot be stored; it goes to quarantine, and the other records are stored.',
  },
  cancelled: { retry: 'never', who: 'nobody', httpStatus: 409, logLevel: 'info', meaning: 'Someone asked for the work to stop.' },
  internal: { retry: 'backoff', who: 'operator', httpStatus: 500, logLevel: 'error', meaning: 'A defect of Inlet itself.' },
} as const satisfies Record<string, FailureRule>

/** Who must act: the owner of the source, the operator of Inlet, or nobody, since it clears by itself. */
export type WhoActs = 'owner' | 'operator' | 'nobody'

interface FailureRule {
  readonly retry: 'backoff' | 'after' | 'never' | 'quarantine'
  readonly who: WhoActs
  readonly httpStatus: number
  readonly logLevel: 'info' | 'warn' | 'error'
  readonly meaning: string
}

export type FailureCode = keyof typeof FAILURE_CODES
