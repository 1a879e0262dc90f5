import type { Endpoints } from '@inlet/contract'
import { type Metrics, type OpsResponse, type Probe, runProbes, toHealthResponse, toMetricsResponse, toReadyResponse } from '@inlet/observability'
import type { Handler, Reply } from '../http/reply.js'

export interface HealthDeps {
  readonly metrics: Metrics
  readonly probes: Readonly<Record<string, Probe>>
  readonly openApi: object
}

const toReply = (answer: OpsResponse): Reply => ({ status: answer.status, text: answer.body, headers: { 'content-type': answer.contentType } })

const getIndexHandler = (): Handler<Endpoints['getIndex']> => async () => ({
  status: 200,
  body: {
    name: 'Inlet',
    docs: '/docs',
    openapi: '/openapi.json',
    api: '/v1',
    health: '/health',
    ready: '/ready',
    metrics: '/metrics',
    queues: '/admin/queues',
  },
})

export const createHealthHandlers = (deps: HealthDeps) => {
  const openApi = JSON.stringify(deps.openApi)
  const getHealth: Handler<Endpoints['getHealth']> = async () => toReply(toHealthResponse([]))
  const getReadiness: Handler<Endpoints['getReadiness']> = async () => toReply(toReadyResponse(await runProbes(deps.probes)))
  const getMetrics: Handler<Endpoints['getMetrics']> = async () => toReply(await toMetricsResponse(deps.metrics))
  const getOpenApi: Handler<Endpoints['getOpenApi']> = async () => ({ status: 200, json: openApi })
  return { getHealth, getReadiness, getMetrics, getOpenApi, getIndex: getIndexHandler() }
}
