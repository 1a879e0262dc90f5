import { type HttpClient, parseRetryAfter } from '@inlet/connector-sdk'
import type { ClaimedSink } from '@inlet/db'
import type { SinkKind } from '@inlet/domain'
import { signMessage } from '@inlet/security'

/** A message for testing a receiver; it contains no changes. */
export interface TestMessage {
  readonly id: string
  /** Readable text. */
  readonly test: string
}

/** Changes that a receiver accepts or refuses together. */
export interface SinkMessage {
  /** The same whenever the same part of the feed is sent again. */
  readonly id: string
  /** Each as JSON text. */
  readonly changes: readonly string[]
}

export interface SinkDoor {
  readonly http: HttpClient
  readonly sink: Pick<ClaimedSink, 'id' | 'name'>
  readonly url: string
  /** The current one first. */
  readonly secrets: readonly string[]
  readonly signal: AbortSignal
  /** Default: 15 s. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 65_536

export interface SinkResponse {
  /** The HTTP status. */
  readonly status: number
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs: number | undefined
  /** What it says about a refusal. */
  readonly said: string
}

/** How each kind of sink sends a message; throws when there is no response. Another kind of sink is another entry. */
export const SINK_SENDERS: Readonly<Record<SinkKind, (door: SinkDoor, message: SinkMessage | TestMessage) => Promise<SinkResponse>>> = {
  webhook: async ({ http, sink, url, secrets, signal, timeoutMs = TIMEOUT_MS }, message) => {
    const { id } = message
    const now = new Date()
    const head = JSON.stringify({ id: sink.id, name: sink.name })
    const [type, rest] =
      'test' in message ? ['test', `"message":${JSON.stringify(message.test)}`] : ['changes', `"items":[${message.changes.join(',')}]`]
    const body = `{"type":"${type}","timestamp":"${now.toISOString()}","data":{"sink":${head},${rest}}}`
    // Redirects are not followed: changes go to the configured address or nowhere.
    const response = await http.request({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signMessage({ id, at: Math.floor(now.getTime() / 1_000), body }, secrets) },
      body,
      timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      maxRedirects: 0,
      signal,
    })
    const { status, headers } = response
    const said = status < 400 ? '' : await response.explain()
    response.discard()
    return { status, retryAfterMs: parseRetryAfter(headers['retry-after'], now), said }
  },
}
