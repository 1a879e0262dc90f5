import type { Readable } from 'node:stream'

export interface HttpRequest {
  readonly url: string
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /**
   * Sent on every hop of the same origin; when scheme, host or port changes, Authorization, Cookie and everything in `credentialHeaders` are dropped.
   */
  readonly headers?: Readonly<Record<string, string>>
  readonly credentialHeaders?: readonly string[]
  /** A string or bytes are sent as they are; anything else is sent as JSON. */
  readonly body?: string | Uint8Array | object
  readonly signal?: AbortSignal
  /** Covers the whole response, headers and body; default 30 s. */
  readonly timeoutMs?: number
  /** Limit on the decompressed body; default 64 MiB. A larger one fails with RESPONSE_TOO_LARGE. */
  readonly maxBytes?: number
  /** Default true; false returns the body as it was sent, whatever its Content-Encoding, e.g. for ranges of a stored file. */
  readonly decompress?: boolean
  /** Default 5; 0 returns the redirect itself. */
  readonly maxRedirects?: number
  /**
   * The rate that the source's settings allow; all workers observe it together, per host and credential. Default: as fast as the responses permit.
   */
  readonly perMinute?: number
}

/** The body is decompressed and bounded. Read it with exactly one of text, json, bytes, body or explain, or `discard()` it, which is always safe. */
export interface HttpResponse {
  readonly status: number
  /** Lower-case names; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  /** The URL after redirects. */
  readonly url: string
  readonly body: Readable
  text(): Promise<string>
  /** Integers beyond 2^53 become bigint. Throws CONTENT_MISMATCH if the body is not JSON. */
  json(): Promise<unknown>
  bytes(): Promise<Buffer>
  /**
   * Returns what an error response says about itself, on one line, without anything that was sent; empty
   * when it says nothing. Never throws; waits at most two seconds.
   */
  explain(): Promise<string>
  discard(): void
}

/**
 * HTTP for connectors. Resolves with whatever status the server returns; throws `Failure` UNREACHABLE,
 * DNS_FAILED, TLS_FAILED, TIMEOUT, CONNECTION_LOST, EGRESS_BLOCKED, TOO_MANY_REDIRECTS,
 * RESPONSE_TOO_LARGE, UPSTREAM_INVALID (not HTTP, or compression that is damaged or unknown) or CANCELLED;
 * VALIDATION_FAILED and the reasons of `EgressGuard.checkUrl` for a request that cannot be sent.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>
}
