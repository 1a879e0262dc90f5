import type { HttpClient } from '@inlet/connector-sdk'
import type { ClaimedSink } from '@inlet/db'
import type { SinkKind } from '@inlet/domain'
import { signMessage } from '@inlet/security'

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
}

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 65_536

/** How each kind takes a message; answers the HTTP status, throws when there is none. Another kind of sink is another entry. */
export const SINK_SENDERS: Readonly<Record<SinkKind, (door: SinkDoor, message: SinkMessage) => Promise<number>>> = {
  webhook: async ({ http, sink, url, secrets, signal }, { id, changes }) => {
    const now = new Date()
    const head = JSON.stringify({ id: sink.id, name: sink.name })
    const body = `{"type":"changes","timestamp":"${now.toISOString()}","data":{"sink":${head},"items":[${changes.join(',')}]}}`
    // Redirects are not followed: changes go to the address that was named, or nowhere.
    const response = await http.request({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signMessage({ id, at: Math.floor(now.getTime() / 1_000), body }, secrets) },
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      maxRedirects: 0,
      signal,
    })
    response.discard()
    return response.status
  },
}
