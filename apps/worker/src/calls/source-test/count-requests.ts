import type { Connector, HttpClient } from '@inlet/connector-sdk'
import { isUrl, toFailure } from '@inlet/domain'
import type { Logger } from '@inlet/observability'

type Clients = Readonly<Record<NonNullable<Connector['transport']>, HttpClient>>

/** Wraps clients to count the requests of one test and write each to its log. Host only: paths and queries may contain secrets. */
export const countRequests = (clients: Clients, log: Logger): { readonly http: Clients; readonly requests: number } => {
  let requests = 0
  const counting = (client: HttpClient): HttpClient => ({
    async request(request) {
      requests += 1
      const startedAt = performance.now()
      const record = (result: object): void =>
        log.debug(
          { method: request.method ?? 'GET', host: hostOf(request.url), durationMs: Math.round(performance.now() - startedAt), ...result },
          'http request',
        )
      try {
        const response = await client.request(request)
        record({ status: response.status })
        return response
      } catch (error) {
        record({ reason: toFailure(error).reason })
        throw error
      }
    },
  })
  return {
    http: { axios: counting(clients.axios), node: counting(clients.node) },
    get requests() {
      return requests
    },
  }
}

const hostOf = (url: string): string => (isUrl(url) ? new URL(url).host : '')
