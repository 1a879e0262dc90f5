import type { Readable } from 'node:stream'

export interface HttpRequest {
  readonly url: string
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent on every hop of the same origin; dropped from Authorization, Cookie and anything in `credentialHeaders` when scheme, host or port changes. */
  readonly headers?: Readonly<Record<string, string>>
  readonly credentialHeaders?: readonly string[]
  /** A string or bytes as they are; anything else as JSON. */
  readonly body?: string | Uint8Array | object
  readonly signal?: AbortSignal
  /** For the whole answer, headers and body; default 30 s. */
  readonly timeoutMs?: number
  /** Of the decompressed body; default 64 MiB. Beyond it RESPONSE_TOO_LARGE. */
  readonly maxBytes?: number
  /** Default true; false gives the body as it was sent, whatever its Content-Encoding, e.g. for ranges of a stored file. */
  readonly decompress?: boolean
  /** Default 5; 0 returns the redirect itself. */
  readonly maxRedirects?: number
  /** The rate the settings of the source allow; all workers keep to it together, for a host and credential. Default: as fast as the answers permit. */
  readonly perMinute?: number
}

/** The body is decompressed and bounded. Read it with exactly one of text, json, bytes, body or explain, or `discard()` it, which never harms. */
export interface HttpResponse {
  readonly status: number
  /** Lower-case names; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  /** After redirects. */
  readonly url: string
  readonly body: Readable
  text(): Promise<string>
  /** Integers beyond 2^53 come as bigint. Throws CONTENT_MISMATCH when it is not JSON. */
  json(): Promise<unknown>
  bytes(): Promise<Buffer>
  /** What a refusal says about itself, on one line, without what was sent; empty when it says nothing. Never throws, and waits two seconds at most. */
  explain(): Promise<string>
  discard(): void
}

/**
 * HTTP for connectors. Resolves with whatever status the server answers; throws `Failure` UNREACHABLE, DNS_FAILED,
 * TLS_FAILED, TIMEOUT, CONNECTION_LOST, EGRESS_BLOCKED, TOO_MANY_REDIRECTS, RESPONSE_TOO_LARGE, UPSTREAM_INVALID
 * (not HTTP, damaged or unknown compression) or CANCELLED; VALIDATION_FAILED and the reasons of `EgressGuard.checkUrl` for a request that
 * cannot be sent.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>
}
