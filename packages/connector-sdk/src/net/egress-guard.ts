/** An address that passed the check: connect to exactly this one. */
export interface CheckedAddress {
  readonly host: string
  readonly address: string
  readonly family: 4 | 6
  readonly port: number
}

/** Decides which addresses a connector may reach. */
export interface EgressGuard {
  /**
   * Parses a URL and checks its form without using the network: scheme, credentials, port, length and literal addresses.
   * Throws INVALID_URL, URL_TOO_LONG, URL_SCHEME_NOT_ALLOWED, URL_CREDENTIALS_NOT_ALLOWED, URL_PORT_NOT_ALLOWED, URL_BLOCKED_ADDRESS.
   */
  checkUrl(url: string): URL
  /** Checks the form of a non-HTTP target's host and port; throws URL_BLOCKED_ADDRESS for a literal address that is not allowed. */
  checkHost(host: string, port: number): void
  /**
   * Resolves a host. Throws EGRESS_BLOCKED if any of its addresses is neither global nor allowed by the operator, and
   * DNS_FAILED if it does not resolve. Connect to the returned address; keep `host` for SNI and certificates.
   */
  resolve(host: string, port: number, signal?: AbortSignal): Promise<CheckedAddress>
  /**
   * Like `resolve`, but returns every address of the host in the order to try, for clients that fall back to the next one. If absent, use `resolve`.
   */
  resolveAll?(host: string, port: number, signal?: AbortSignal): Promise<readonly [CheckedAddress, ...CheckedAddress[]]>
}
