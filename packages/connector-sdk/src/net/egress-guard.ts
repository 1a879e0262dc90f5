/** An address that was checked: connect to exactly this one. */
export interface CheckedAddress {
  readonly host: string
  readonly address: string
  readonly family: 4 | 6
  readonly port: number
}

/** Decides which addresses a connector may reach. */
export interface EgressGuard {
  /**
   * Parses and checks the form of a URL without network: scheme, credentials, port, length and literal addresses.
   * Throws INVALID_URL, URL_TOO_LONG, URL_SCHEME_NOT_ALLOWED, URL_CREDENTIALS_NOT_ALLOWED, URL_PORT_NOT_ALLOWED, URL_BLOCKED_ADDRESS.
   */
  checkUrl(url: string): URL
  /** Checks host and port of a non-HTTP target in form; throws URL_BLOCKED_ADDRESS for literal addresses that are not allowed. */
  checkHost(host: string, port: number): void
  /**
   * Resolves a host and refuses (EGRESS_BLOCKED) when any of its addresses is not global and not allowed by the operator;
   * DNS_FAILED when it does not resolve. Connect to the returned address, keep `host` for SNI and certificates.
   */
  resolve(host: string, port: number, signal?: AbortSignal): Promise<CheckedAddress>
  /** The same, with every address of the host in the order to try them, for clients that fall back to the next one. Use `resolve` where absent. */
  resolveAll?(host: string, port: number, signal?: AbortSignal): Promise<readonly [CheckedAddress, ...CheckedAddress[]]>
}
