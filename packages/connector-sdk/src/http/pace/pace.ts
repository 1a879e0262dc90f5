/** A request waiting to be sent. */
export interface PaceRequest {
  /** Host and port. */
  readonly host: string
  /** The rate that the source's settings allow, evenly spaced; absent: as fast as the remote system permits. */
  readonly perMinute?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The outcome of a request, as far as it matters to those that follow. */
export interface PaceOutcome {
  /** `failed`: the host is unreachable or says it cannot serve; `unknown`: nothing was learned. */
  readonly host: 'served' | 'failed' | 'unknown'
  /** How the host failed, for display. */
  readonly failure?: string | undefined
  /** How the remote system refused a request because of a limit, for display. */
  readonly refusal?: string | undefined
  /** How long the remote system wants no requests. */
  readonly cooldownMs?: number | undefined
  /** What is left of a window that ends in `resetMs`. */
  readonly quota?: { readonly remaining: number; readonly resetMs: number } | undefined
}

/** Limits how fast requests go to a host with one credential, across all workers. */
export interface Pace {
  /**
   * Resolves when the request may be sent. Throws RATE_LIMITED or CIRCUIT_OPEN with `retryAfterMs` when the wait is so long
   * that the run should be parked.
   */
  take(request: PaceRequest): Promise<void>
  report(host: string, outcome: PaceOutcome): Promise<void>
}
