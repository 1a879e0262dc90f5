import { type HttpClient, parseRetryAfter } from '@inlet/connector-sdk'
import type { ClaimedSink } from '@inlet/db'
import type { SinkKind } from '@inlet/domain'
import { signMessage } from '@inlet/security'

/** What is sent to try a receiver; it holds no changes. */
export interface TestMessage {
  readonly id: string
  /** What people read of it. */
  readonly test: string
}

/** Changes that a receiver takes or does not take as a whole. */
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
  /** The present one first. */
  readonly secrets: readonly string[]
  readonly signal: AbortSignal
  /** 15 s by default. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 65_536

export interface SinkAnswer {
  /** HTTP. */
  readonly status: number
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs: number | undefined
  /** What it says about a refusal. */
  readonly said: string
}

/** How each kind takes a message; throws when there is no answer. Another kind of sink is another entry. */
export const SINK_SENDERS: Readonly<Record<SinkKind, (door: SinkDoor, message: SinkMessage | TestMessage) => Promise<SinkAnswer>>> = {
  webhook: async ({ http, sink, url, secrets, signal, timeoutMs = TIMEOUT_MS }, message) => {
    const { id } = message
    const now = new Date()
    const head = JSON.stringify({ id: sink.id, name: sink.name })
    const [type, rest] =
      'test' in message ? ['test', `"message":${JSON.stringify(message.test)}`] : ['changes', `"items":[${message.changes.join(',')}]`]
    const body = `{"type":"${type}","timestamp":"${now.toISOString()}","data":{"sink":${head},${rest}}}`
    // Redirects are not followed: changes go to the address that was named, or nowhere.
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
