import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Metrics } from '../metrics/metrics.js'
import type { Check } from './checks.js'
import { brokenAnswer, methodAnswer, notFoundAnswer, type OpsAnswer, toHealthAnswer, toMetricsAnswer, toReadyAnswer } from './ops-answers.js'

export interface OpsServerOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  readonly metrics: Pick<Metrics, 'expose'>
  readonly isReady: () => Promise<readonly Check[]>
  readonly isHealthy: () => Promise<readonly Check[]>
}

export interface OpsServer {
  /** The port that was taken. */
  readonly port: number
  close(): Promise<void>
}

const REQUEST_TIMEOUT_MS = 10_000

const answer = async (method: string, path: string, options: OpsServerOptions): Promise<OpsAnswer> => {
  if (method !== 'GET' && method !== 'HEAD') return methodAnswer
  try {
    if (path === '/health') return toHealthAnswer(await options.isHealthy())
    if (path === '/ready') return toReadyAnswer(await options.isReady())
    return path === '/metrics' ? await toMetricsAnswer(options.metrics) : notFoundAnswer
  } catch {
    return brokenAnswer
  }
}

const createOpsServer = (options: OpsServerOptions): Server =>
  createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    request.resume()
    void answer(request.method ?? '', path, options).then(({ status, contentType, body }) =>
      response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(request.method === 'HEAD' ? undefined : body),
    )
  })

/** Serves /health, /ready and /metrics for processes without an API, without authentication: bind it where only operators come. The caller closes. */
export const openOpsServer = async (options: OpsServerOptions): Promise<OpsServer> => {
  const server = createOpsServer(options)
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
