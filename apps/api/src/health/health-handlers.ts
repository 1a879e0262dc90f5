import type { Endpoints } from '@inlet/contract'
import { type Metrics, type OpsAnswer, type Probe, runProbes, toHealthAnswer, toMetricsAnswer, toReadyAnswer } from '@inlet/observability'
import type { Handler, Reply } from '../http/reply.js'

export interface HealthDeps {
  readonly metrics: Metrics
  readonly probes: Readonly<Record<string, Probe>>
  readonly openApi: object
}

const toReply = (answer: OpsAnswer): Reply => ({ status: answer.status, text: answer.body, headers: { 'content-type': answer.contentType } })

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
  const getHealth: Handler<Endpoints['getHealth']> = async () => toReply(toHealthAnswer([]))
  const getReadiness: Handler<Endpoints['getReadiness']> = async () => toReply(toReadyAnswer(await runProbes(deps.probes)))
  const getMetrics: Handler<Endpoints['getMetrics']> = async () => toReply(await toMetricsAnswer(deps.metrics))
  const getOpenApi: Handler<Endpoints['getOpenApi']> = async () => ({ status: 200, json: openApi })
  return { getHealth, getReadiness, getMetrics, getOpenApi, getIndex: getIndexHandler() }
}
