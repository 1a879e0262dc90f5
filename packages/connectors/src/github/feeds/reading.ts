import { Failure, type SourceRecord, toFailure } from '@inlet/connector-sdk'
import type { Backfill } from '../cursor/positions.js'

/** A part of what is read of one repository. Position and backfill hold once its records are stored. */
export interface Step {
  readonly records: readonly SourceRecord[]
  readonly position?: string | undefined
  /** `null` ends it. */
  readonly backfill?: Backfill | null | undefined
  /** The records with this scope were all seen. */
  readonly sweep?: string | undefined
}

/** What concerns the token or the server, and so every repository alike. */
export const endsSource = (failure: Failure): boolean =>
  ['auth_failed', 'rate_limited', 'cancelled', 'internal'].includes(failure.code) ||
  ['UNREACHABLE', 'DNS_FAILED', 'TLS_FAILED', 'EGRESS_BLOCKED', 'URL_BLOCKED_ADDRESS', 'URL_PORT_NOT_ALLOWED', 'CURSOR_IN_FUTURE'].includes(
    failure.reason,
  )

/** The failure of one repository; throws when the work was aborted. */
export const toReadFailure = (thrown: unknown, signal: AbortSignal): Failure => {
  if (signal.aborted) throw new Failure('CANCELLED', 'the work was cancelled', { cause: thrown })
  return toFailure(thrown)
}
