import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'

const check = z.strictObject({
  name: z.string(),
  ok: z.boolean(),
  reason: z.string().optional().meta({ description: 'Why the check failed.' }),
})

export const health = z.strictObject({ status: z.enum(['ok', 'unhealthy']), checks: z.array(check) }).meta({ id: 'Health' })
export const readiness = z
  .strictObject({ status: z.enum(['ready', 'not_ready']), checks: z.array(check) })
  .meta({ id: 'Readiness', description: 'What the process needs in order to serve requests.' })

const tag = 'operation'

export const healthEndpoints = {
  getHealth: defineEndpoint({
    method: 'get',
    path: '/health',
    scope: 'public',
    tag,
    summary: 'Check whether the process is alive',
    answers: { 200: { description: 'The process is alive.', schema: health } },
  }),
  getReadiness: defineEndpoint({
    method: 'get',
    path: '/ready',
    scope: 'public',
    tag,
    summary: 'Check whether the process can serve requests',
    answers: {
      200: { description: 'The process is ready.', schema: readiness },
      503: { description: 'The process is not ready. The checks say why.', schema: readiness },
    },
  }),
  getMetrics: defineEndpoint({
    method: 'get',
    path: '/metrics',
    scope: 'read',
    tag,
    summary: 'Get metrics in the text format of Prometheus',
    onlyReads: true,
    answers: { 200: { description: 'The metrics.', schema: z.string(), contentType: 'text/plain' } },
  }),
  getOpenApi: defineEndpoint({
    method: 'get',
    path: '/openapi.json',
    scope: 'public',
    tag,
    summary: 'Get the OpenAPI document of this API',
    answers: { 200: { description: 'An OpenAPI 3.1 document.', schema: z.record(z.string(), z.unknown()) } },
  }),
  getIndex: defineEndpoint({
    method: 'get',
    path: '/',
    scope: 'public',
    tag,
    summary: 'List the main addresses of this API',
    answers: { 200: { description: 'The addresses.', schema: z.record(z.string(), z.string()) } },
  }),
} as const
