import { randomBytes } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EgressGuard } from '../../net/egress-guard.js'
import { createGuardedAgents } from '../exchange/guarded-agents.js'
import { forwardRequest } from './forward-request.js'
import { openTunnel } from './open-tunnel.js'
import { createPass, type Pass } from './pass.js'

/** What a client of the proxy gets: its credentials, and the outcome of its requests. */
export interface ProxyPass extends Pick<Pass, 'bytes' | 'exceeded' | 'begin' | 'failureOf'> {
  readonly username: string
  readonly password: string
  /** Destroys all its connections and invalidates the credential. */
  close(): void
}

/** A forward proxy on loopback for clients that cannot be given an egress guard, such as a browser. */
export interface FilteringProxy extends AsyncDisposable {
  /** E.g. `http://127.0.0.1:40123`. */
  readonly url: string
  /** Issues a new credential, whose requests reach what this guard permits and receive no more than `maxBytes` of responses after each `begin`. */
  admit(options: { readonly guard: EgressGuard; readonly maxBytes: number }): ProxyPass
}

/** Clients visit this first, so that they know the credential before it matters; the proxy itself answers. */
export const PROXY_GREETING_URL = 'http://proxy.invalid/'

/**
 * Opens the proxy: CONNECT for https and WebSockets, absolute URLs for http. Each request needs a credential from
 * `admit` (others get 407), is checked by its guard, and is sent to the checked address. The caller disposes it, which ends all connections.
 */
export const openFilteringProxy = async (): Promise<FilteringProxy> => {
  const passes = new Map<string, Pass>()
  const server = http.createServer({ keepAliveTimeout: 60_000 })
  server.on('request', (request, response) => {
    const pass = passes.get(request.headers['proxy-authorization'] ?? '')
    if (pass === undefined) response.writeHead(407, { 'proxy-authenticate': CHALLENGE, 'content-length': 0 }).end()
    else if (request.url === PROXY_GREETING_URL) response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>')
    else forwardRequest(pass, request, response)
  })
  server.on('connect', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const pass = passes.get(request.headers['proxy-authorization'] ?? '')
    if (pass !== undefined) openTunnel(pass, { authority: request.url ?? '', socket, head })
    else
      socket.end(`HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: ${CHALLENGE}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  })
  server.on('clientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    admit: ({ guard, maxBytes }) => {
      const [username, password] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')]
      const header = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
      const pass = createPass({ guard, maxBytes, agents: createGuardedAgents(guard) })
      passes.set(header, pass)
      return {
        username,
        password,
        get bytes() {
          return pass.bytes
        },
        get exceeded() {
          return pass.exceeded
        },
        begin: () => pass.begin(),
        failureOf: (url) => pass.failureOf(url),
        close() {
          passes.delete(header)
          pass.close()
        },
      }
    },
    async [Symbol.asyncDispose]() {
      for (const pass of passes.values()) pass.close()
      passes.clear()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const CHALLENGE = 'Basic realm="Inlet"'
