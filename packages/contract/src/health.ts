import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'

const check = z.strictObject({
  name: z.string(),
  ok: z.boolean(),
  reason: z.string().optional().meta({ description: 'Why not.' }),
})

export const health = z.strictObject({ status: z.enum(['ok', 'unhealthy']), checks: z.array(check) }).meta({ id: 'Health' })
export const readiness = z
  .strictObject({ status: z.enum(['ready', 'not_ready']), checks: z.array(check) })
  .meta({ id: 'Readiness', description: 'What the process needs in order to serve.' })

const tag = 'operation'

export const healthEndpoints = {
  getHealth: defineEndpoint({
    method: 'get',
    path: '/health',
    scope: 'public',
    tag,
    summary: 'Whether the process is alive',
    answers: { 200: { description: 'It is.', schema: health } },
  }),
  getReadiness: defineEndpoint({
    method: 'get',
    path: '/ready',
    scope: 'public',
    tag,
    summary: 'Whether the process can serve, and what it lacks',
    answers: { 200: { description: 'It can.', schema: readiness }, 503: { description: 'It cannot now.', schema: readiness } },
  }),
  getMetrics: defineEndpoint({
    method: 'get',
    path: '/metrics',
    scope: 'read',
    tag,
    summary: 'Metrics in the text format of Prometheus',
    answers: { 200: { description: 'The metrics.', schema: z.string(), contentType: 'text/plain' } },
  }),
  getOpenApi: defineEndpoint({
    method: 'get',
    path: '/openapi.json',
    scope: 'public',
    tag,
    summary: 'This description of the API',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) } },
  }),
  getIndex: defineEndpoint({
    method: 'get',
    path: '/',
    scope: 'public',
    tag,
    summary: 'Where to go from here',
    answers: { 200: { description: 'Addresses.', schema: z.record(z.string(), z.string()) } },
  }),
} as const
