import type { IncomingMessage } from 'node:http'

/** One request on the wire, without redirects: lower-case header names, body in bytes as sent. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
}

/** Sends one hop and resolves with the response as it comes from the wire, body unread and still compressed. Rejects with {@link ExchangeError}. */
export type Exchange = (hop: Hop, signal: AbortSignal) => Promise<IncomingMessage>

/** Why there was no response. */
export class ExchangeError extends Error {
  /** The connection had been used before, so the server may just have closed it as idle. */
  readonly reusedSocket: boolean
  constructor(cause: unknown, reusedSocket: boolean) {
    super('no answer', { cause })
    this.reusedSocket = reusedSocket
  }
}
