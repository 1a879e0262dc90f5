import type { RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { slowdownNow } from '../probes/deadline.js'
import { type LoopbackServer, serveHttp, serveRaw } from './loopback-server.js'

/** The servers of one fixture, closed together. */
export interface TestServers {
  serve(listener: RequestListener): Promise<LoopbackServer>
  /** Serves a JSON response that starts like this and breaks off in the middle. */
  serveCut(beginning: string): Promise<LoopbackServer>
  /** Returns the address of a server that no longer listens. */
  closedUrl(): Promise<string>
  close(): Promise<void>
}

/** @param others closed with the servers, before them. */
export const createTestServers = (...others: readonly { close(): Promise<void> }[]): TestServers => {
  const opened = [...others]
  const keep = <S extends LoopbackServer>(server: S): S => {
    opened.push(server)
    return server
  }
  return {
    serve: async (listener) => keep(await serveHttp(listener)),
    serveCut: async (beginning) =>
      keep(await serveRaw((socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n${beginning}`))),
    async closedUrl() {
      const server = await serveHttp(() => undefined)
      await server.close()
      return server.url
    },
    async close() {
      for (const one of opened.splice(0)) await one.close()
    },
  }
}

/**
 * Repeats some work until it is stopped, to change a source while it is read, pausing for `everyMs` of an otherwise idle machine: on a busy one
 * a reader gets through less, and would never finish if writes kept their pace.
 */
export const repeatUntilStopped = (work: (n: number) => unknown, everyMs = 20): { stop(): Promise<void> } => {
  let stopped = false
  const loop = (async () => {
    for (let n = 0; !stopped; n++) {
      await work(n)
      await sleep(everyMs * slowdownNow())
    }
  })()
  return {
    async stop() {
      stopped = true
      await loop
    },
  }
}

/**
 * Answers a second's requests beyond a number with `refuse`, which asks the client to wait a second; `verify` throws if a request came in that time.
 */
export const createRateLimit = (perSecond: number, refuse: (response: ServerResponse) => void) => {
  const state = { used: 0, window: 0, restUntil: 0, violations: 0 }
  return {
    /** Whether it has answered. */
    refuses(response: ServerResponse): boolean {
      const now = Date.now()
      if (now < state.restUntil) state.violations++
      if (Math.floor(now / 1000) !== state.window) [state.window, state.used] = [Math.floor(now / 1000), 0]
      if (++state.used <= perSecond) return false
      state.restUntil = now + 1_000
      refuse(response)
      return true
    },
    verify: (): void => {
      if (state.violations > 0) throw new Error(`${state.violations} requests came while the server had asked to wait`)
    },
  }
}
