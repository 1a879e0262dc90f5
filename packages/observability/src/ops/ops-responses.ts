import type { Metrics } from '../metrics/metrics.js'
import type { Check } from './checks.js'

export interface OpsResponse {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** Follows the body; in shared memory, so it is not copied. */
  readonly rest?: Uint8Array
}

const json = (status: number, body: object): OpsResponse => ({ status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) })

/** GET /health: 200 while the process makes progress, otherwise 503 with the failing checks; the supervisor should then restart it. */
export const toHealthResponse = (checks: readonly Check[]): OpsResponse => {
  const ok = checks.every((check) => check.ok)
  return json(ok ? 200 : 503, { status: ok ? 'ok' : 'unhealthy', checks })
}

/** GET /ready: 200 when work may be sent here, otherwise 503; lists each check, with the reasons of failing ones. */
export const toReadyResponse = (checks: readonly Check[]): OpsResponse => {
  const ok = checks.every((check) => check.ok)
  return json(ok ? 200 : 503, { status: ok ? 'ready' : 'not_ready', checks })
}

/** GET /metrics in Prometheus' text format. */
export const toMetricsResponse = async (metrics: Pick<Metrics, 'expose'>): Promise<OpsResponse> => ({ status: 200, ...(await metrics.expose()) })

/** The same, to be sent by another thread. */
export const toSharedMetricsResponse = async (metrics: Pick<Metrics, 'exposeParts'>): Promise<OpsResponse> => ({
  status: 200,
  ...(await metrics.exposeParts()),
})

export const notFoundResponse: OpsResponse = json(404, { status: 'not_found', paths: ['/health', '/ready', '/metrics'] })
export const methodResponse: OpsResponse = json(405, { status: 'method_not_allowed' })
export const brokenResponse: OpsResponse = json(500, { status: 'failed' })
