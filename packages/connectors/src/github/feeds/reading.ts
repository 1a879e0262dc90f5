import { Failure, type SourceRecord, toFailure } from '@inlet/connector-sdk'
import type { Backfill } from '../cursor/positions.js'

/** A part of what is read of one repository. Position and backfill take effect once its records are stored. */
export interface Step {
  readonly records: readonly SourceRecord[]
  readonly position?: string | undefined
  /** `null` ends it. */
  readonly backfill?: Backfill | null | undefined
  /** All records with this scope were seen. */
  readonly sweep?: string | undefined
}

/** Whether the failure concerns the token or the server, and therefore every repository. */
export const endsSource = (failure: Failure): boolean =>
  ['auth_failed', 'rate_limited', 'cancelled', 'internal'].includes(failure.code) ||
  ['UNREACHABLE', 'DNS_FAILED', 'TLS_FAILED', 'EGRESS_BLOCKED', 'URL_BLOCKED_ADDRESS', 'URL_PORT_NOT_ALLOWED', 'CURSOR_IN_FUTURE'].includes(
    failure.reason,
  )

/** Returns the failure of one repository; throws when the work was aborted. */
export const toReadFailure = (thrown: unknown, signal: AbortSignal): Failure => {
  if (signal.aborted) throw new Failure('CANCELLED', 'the work was cancelled', { cause: thrown })
  return toFailure(thrown)
}
