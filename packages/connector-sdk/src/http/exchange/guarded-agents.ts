import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'
import { callbackify } from 'node:util'
import type { EgressGuard } from '../../net/egress-guard.js'

const FREE_SOCKET_TIMEOUT_MS = 30_000
/** How long to wait before trying the next address of a host; Node's 250 ms gives up too early on high-latency links. */
const NEXT_ADDRESS_AFTER_MS = 1_000

export interface GuardedAgents {
  readonly http: http.Agent
  readonly https: https.Agent
  /** Destroys every socket, busy or idle. */
  close(): void
}

/** Creates keep-alive agents that connect only to addresses the guard has checked. The caller closes them. */
export const createGuardedAgents = (guard: EgressGuard): GuardedAgents => {
  const agents = { http: new GuardedHttpAgent(guard), https: new GuardedHttpsAgent(guard) }
  return {
    ...agents,
    close: () => {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

type Connected = (error: Error | null, stream: Duplex) => void

class GuardedHttpAgent extends http.Agent {
  readonly #guard: EgressGuard
  constructor(guard: EgressGuard) {
    super({ keepAlive: true, maxFreeSockets: 64, timeout: FREE_SOCKET_TIMEOUT_MS })
    this.#guard = guard
  }
  override createConnection(options: http.ClientRequestArgs, callback?: Connected) {
    return super.createConnection(guardedOptions(this.#guard, options, 80), callback)
  }
}

class GuardedHttpsAgent extends https.Agent {
  readonly #guard: EgressGuard
  constructor(guard: EgressGuard) {
    super({ keepAlive: true, maxFreeSockets: 64, timeout: FREE_SOCKET_TIMEOUT_MS })
    this.#guard = guard
  }
  override createConnection(options: https.RequestOptions, callback?: Connected) {
    return super.createConnection(guardedOptions(this.#guard, options, 443), callback)
  }
}

/**
 * Returns connection options that lead only to a checked address. Node never looks up a literal address, so literals are
 * checked here, which may throw, and names in the lookup.
 */
export const guardedOptions = <O extends Pick<http.ClientRequestArgs, 'host' | 'port'>>(guard: EgressGuard, options: O, defaultPort: number) => {
  const port = Number(options.port ?? defaultPort)
  guard.checkHost(options.host ?? '', port)
  return { ...options, lookup: guardedLookup(guard, port), autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS }
}

const guardedLookup = (guard: EgressGuard, port: number): LookupFunction => {
  const find = callbackify(async (host: string) => (await guard.resolveAll?.(host, port)) ?? ([await guard.resolve(host, port)] as const))
  return (host, options, callback) =>
    find(host, (error, found) => {
      if (error !== null) callback(error, '')
      else if (options.all === true) callback(null, [...found])
      else callback(null, found[0].address, found[0].family)
    })
}
