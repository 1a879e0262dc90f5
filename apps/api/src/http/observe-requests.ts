import type { Metrics } from '@inlet/observability'
import { monotonicNow } from '@inlet/runtime'
import type { RequestHandler } from 'express'

/** Measures every request under the pattern of its route. */
export const observeRequests =
  (metrics: Pick<Metrics, 'observeHttp'>): RequestHandler =>
  (request, response, next) => {
    const startedAt = monotonicNow()
    response.once('close', () => {
      const route: unknown = (request.route as { path?: unknown } | undefined)?.path
      metrics.observeHttp(
        { method: request.method, route: typeof route === 'string' ? route : 'unmatched', status: response.statusCode },
        monotonicNow() - startedAt,
      )
    })
    next()
  }
