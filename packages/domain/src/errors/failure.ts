import type { FailureCode } from './failure-codes.js'
import { REASONS, type Reason } from './reasons.js'

export interface FailureOptions {
  /** What the user can do about it; default: the next step in the table. */
  readonly next?: string
  /** How long the other side asked to wait, in milliseconds; only with `rate_limited` and `transient`. Rounded up to whole milliseconds. */
  readonly retryAfterMs?: number
  /** The config path or record position the failure concerns, e.g. `config.url`. */
  readonly field?: string
  readonly cause?: unknown
}

/**
 * The one error class that crosses package boundaries. `reason` is the stable, documented identifier (docs/errors.md); `code` is its class and
 * determines retry, HTTP status and log level. `message` never contains a secret.
 */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode
  readonly reason: Reason
  readonly next: string
  readonly retryAfterMs: number | undefined
  readonly field: string | undefined

  constructor(reason: Reason, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.reason = reason
    this.code = REASONS[reason].code
    this.next = options.next ?? REASONS[reason].next
    this.retryAfterMs = options.retryAfterMs === undefined ? undefined : Math.ceil(options.retryAfterMs)
    this.field = options.field
  }
}

/** Converts any thrown value to a failure: a failure to itself, an abort to `cancelled`, an error of a full disk to DISK_FULL, anything else to `internal` with the cause kept. */
export const toFailure = (thrown: unknown): Failure => {
  if (thrown instanceof Failure) return thrown
  if (thrown instanceof Error && thrown.cause instanceof Failure) return thrown.cause
  if (thrown instanceof Error && thrown.name === 'AbortError') return new Failure('CANCELLED', 'the work was cancelled', { cause: thrown })
  if (isDiskFull(thrown)) return diskFull(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new Failure('INTERNAL', message, { cause: thrown })
}

const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/** Whether a file system of this process had no room: the disk, or what its user may use of it. */
export const isDiskFull = (thrown: unknown): boolean => thrown instanceof Error && 'code' in thrown && FULL.has(thrown.code)

/** What such an error means, with the path where it is known. */
export const diskFull = (thrown: unknown): Failure => {
  const path = thrown instanceof Error && 'path' in thrown && typeof thrown.path === 'string' ? ` (${thrown.path})` : ''
  return new Failure('DISK_FULL', `the disk with the work folder of this process is full${path}`, { cause: thrown })
}
