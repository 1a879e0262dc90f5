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
    heartbeatAt: timestamp.meta({ description: 'Its last heartbeat; one comes every 5 s.' }),
    concurrency: z.int().meta({ description: 'Runs (worker) or batches (scribe) at a time.' }),
    running: z.int().meta({ description: 'Of these, in hand.' }),
    backpressure: z.boolean().meta({ description: 'Whether it reads no further until scribes have stored what waits.' }),
    refuses: z.enum(['clock', 'draining']).nullable().meta({ description: 'Why it takes no work.' }),
    problem: z.string().nullable(),
    connectors: z.array(z.string()).meta({ description: 'Types of connectors it has; empty for scribes.' }),
  })
  .meta({ id: 'Worker', description: 'A worker or scribe process.' })

export const workerList = pageOf(worker, 'WorkerList')

export const workerEndpoints = {
  listWorkers: defineEndpoint({
    method: 'get',
    path: '/v1/workers',
    scope: 'read',
    tag: 'operation',
    summary: 'List the worker and scribe processes, those alive first',
    description: 'One that ended in order is gone at once; one that died stays for five minutes with `alive: false`.',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page.', schema: workerList } },
    reasons: ['INVALID_CURSOR'],
  }),
} as const

export type WorkerView = z.infer<typeof worker>
