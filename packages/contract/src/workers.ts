import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, timestamp } from './primitives.js'

const worker = z
  .strictObject({
    id: z.string(),
    role: z.enum(['worker', 'scribe']),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    alive: z.boolean().meta({ description: 'Whether it sent a heartbeat within the last 12 s.' }),
    startedAt: timestamp,
    heartbeatAt: timestamp.meta({ description: 'The last heartbeat. One is sent every 5 s.' }),
    concurrency: z.int().meta({ description: 'Maximum number of runs (worker) or batches (scribe) at a time.' }),
    running: z.int().meta({ description: 'Current number of runs or batches.' }),
    backpressure: z.boolean().meta({ description: 'Whether reading is suspended until scribes have stored the waiting batches.' }),
    refuses: z.enum(['clock', 'draining']).nullable().meta({ description: 'Why the process takes no work.' }),
    problem: z.string().nullable(),
    reason: z.string().nullable().meta({ description: 'The reason of the failure in `problem`, if the database refuses what the process writes.' }),
    connectors: z.array(z.string()).meta({ description: 'Types of the connectors it has. Empty for scribes.' }),
  })
  .meta({ id: 'Worker', description: 'A worker or scribe process.' })

export const workerList = pageOf(worker, 'WorkerList')

export const workerEndpoints = {
  listWorkers: defineEndpoint({
    method: 'get',
    path: '/v1/workers',
    scope: 'read',
    tag: 'operation',
    summary: 'List worker and scribe processes, live ones first',
    description: 'A process that was shut down is removed immediately. One that died is listed for five minutes with `alive: false`.',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page.', schema: workerList } },
    reasons: ['INVALID_CURSOR'],
  }),
} as const

export type WorkerView = z.infer<typeof worker>
