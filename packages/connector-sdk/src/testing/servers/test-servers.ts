import type { RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { slowdownNow } from '../probes/deadline.js'
import { type LoopbackServer, serveHttp, serveRaw } from './loopback-server.js'

/** The servers of one fixture, closed together. */
export interface TestServers {
  serve(listener: RequestListener): Promise<LoopbackServer>
  /** A server that breaks off in the middle of an answer of JSON that begins like this. */
  serveCut(beginning: string): Promise<LoopbackServer>
  /** The address of a server that does not listen any more. */
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
 * Repeats some work until it is stopped, for changes while a source is read, with pauses of so many ms of a machine that does nothing else: on a busy
 * one a reader gets through less, and would never come to an end if as much was written as ever.
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

/** Answers a second's requests beyond a number with `refuse`, which asks to wait for a second; `verify` throws when a request came meanwhile. */
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
