/** A request that wants to be sent. */
export interface PaceRequest {
  /** Host and port. */
  readonly host: string
  /** The rate that the settings of the source allow, evenly spread; absent: as fast as the other side permits. */
  readonly perMinute?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What came back, as far as it matters to the requests that follow. */
export interface PaceOutcome {
  /** `failed`: the host is not there or says it cannot serve; `unknown`: nothing was learnt. */
  readonly host: 'served' | 'failed' | 'unknown'
  /** How the host failed, for people. */
  readonly failure?: string | undefined
  /** How the other side refused a request because of a limit, for people. */
  readonly refusal?: string | undefined
  /** How long the other side wants to hear nothing. */
  readonly cooldownMs?: number | undefined
  /** What is left of a window that ends in `resetMs`. */
  readonly quota?: { readonly remaining: number; readonly resetMs: number } | undefined
}

/** How fast requests may go to a host with one credential, from all workers. */
export interface Pace {
  /**
   * Resolves when the request may be sent. Throws RATE_LIMITED or CIRCUIT_OPEN with `retryAfterMs` when that takes so long
   * that the run had better be parked.
   */
  take(request: PaceRequest): Promise<void>
  report(host: string, outcome: PaceOutcome): Promise<void>
}
