import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the limit is announced: not at all before it is passed (the settings name it), or in the headers of each answer. */
export type LimitStyle = 'silent' | 'headers'

export interface LimitedApi {
  readonly url: string
  /** When the requests came that were served, in ms of the monotonic clock. */
  readonly served: readonly number[]
  readonly refused: () => number
  close(): Promise<void>
}

const WINDOW_MS = 60_000

/**
 * A REST API on loopback that serves `limit` requests in any minute and token: /sources/<n>/items?page= has pages without
 * end. With headers, the minute is a fixed window; without, any 60 seconds count.
 */
export const startLimitedApi = async (limit: number, style: LimitStyle): Promise<LimitedApi> => {
  const served: number[] = []
  const state = { refused: 0, windowStart: 0, inWindow: 0 }
  const server = http.createServer((request, response) => {
    const now = performance.now()
    if (now - state.windowStart >= WINDOW_MS) Object.assign(state, { windowStart: now, inWindow: 0 })
    const used = style === 'headers' ? state.inWindow : served.filter((at) => now - at < WINDOW_MS).length
    const resetS = Math.ceil((state.windowStart + WINDOW_MS - now) / 1000)
    const left = Math.max(0, limit - used - 1)
    const headers: Record<string, string> =
      style === 'headers' ? { 'x-ratelimit-limit': `${limit}`, 'x-ratelimit-remaining': `${left}`, 'x-ratelimit-reset': `${resetS}` } : {}
    if (used >= limit) {
      state.refused++
      response.writeHead(429, { ...headers, 'retry-after': `${resetS}` }).end()
      return
    }
    served.push(now)
    state.inWindow++
    const page = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('page') ?? 1)
    response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify({ items: [{ id: page }] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    refused: () => state.refused,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
