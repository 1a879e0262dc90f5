import type { FailureCode } from './failure-codes.js'
import { REASONS, type Reason } from './reasons.js'

export interface FailureOptions {
  /** What the person can do about it; the table's next step when absent. */
  readonly next?: string
  /** How long the other side asked to wait, in milliseconds; only with `rate_limited` and `transient`. Rounded up to whole ones. */
  readonly retryAfterMs?: number
  /** The config path or record position the failure belongs to, e.g. `config.url`. */
  readonly field?: string
  readonly cause?: unknown
}

/**
 * The one error class that crosses package borders. `reason` is the stable, documented identifier (docs/errors.md);
 * `code` is its class and decides retry, HTTP status and log level. `message` never contains a secret.
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

/** The failure an unknown thrown value stands for: itself, `cancelled` for an abort, else `internal` with the cause kept. */
export const toFailure = (thrown: unknown): Failure => {
  if (thrown instanceof Failure) return thrown
  if (thrown instanceof Error && thrown.cause instanceof Failure) return thrown.cause
  if (thrown instanceof Error && thrown.name === 'AbortError') return new Failure('CANCELLED', 'the work was cancelled', { cause: thrown })
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new Failure('INTERNAL', message, { cause: thrown })
}
