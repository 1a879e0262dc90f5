import type { Duplex } from 'node:stream'
import { type Failure, isUrl } from '@inlet/domain'
import type { EgressGuard } from '../../net/egress-guard.js'
import type { GuardedAgents } from '../exchange/guarded-agents.js'

/** The state of one client of the proxy. */
export interface Pass {
  readonly guard: EgressGuard
  readonly agents: GuardedAgents
  /** Received in responses since the last `begin`. */
  readonly bytes: number
  /** Whether the limit was exceeded; nothing more gets through until the next `begin`. */
  readonly exceeded: boolean
  begin(): void
  count(bytes: number): void
  /** Tracks a connection until it ends, so that `close` can end it. */
  hold(socket: Duplex): void
  recordFailure(origin: string, failure: Failure): void
  /** Returns why the last request to the host and port of this URL failed, since the last `begin`. */
  failureOf(url: string): Failure | undefined
  close(): void
}

/** A page may name any number of hosts. */
const MAX_FAILURES = 200

export const createPass = (options: { readonly guard: EgressGuard; readonly agents: GuardedAgents; readonly maxBytes: number }): Pass => {
  const sockets = new Set<Duplex>()
  const failures = new Map<string, Failure>()
  let bytes = 0
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const isExceeded = (): boolean => bytes > options.maxBytes
  return {
    guard: options.guard,
    agents: options.agents,
    get bytes() {
      return bytes
    },
    get exceeded() {
      return isExceeded()
    },
    begin() {
      bytes = 0
      failures.clear()
    },
    count(more) {
      bytes += more
      if (isExceeded()) endAll()
    },
    hold(socket) {
      // One connection carries many requests.
      if (sockets.has(socket)) return
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    },
    recordFailure(origin, failure) {
      if (failures.size < MAX_FAILURES) failures.set(origin, failure)
    },
    failureOf: (url) => (isUrl(url) ? failures.get(authorityOf(new URL(url))) : undefined),
    close() {
      endAll()
      options.agents.close()
    },
  }
}

/** Host and port; the port is always included. */
export const authorityOf = (url: URL): string => `${url.hostname}:${url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : url.port}`
