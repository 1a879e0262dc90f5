import { RUN_OUTCOMES, RUN_STATUSES, RUN_TRIGGERS } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, sourceRef, timestamp, uuid } from './primitives.js'
import { failureView } from './problem.js'

export const run = z
  .strictObject({
    id: uuid,
    sourceId: uuid,
    version: z.int().nullable().meta({ description: 'The version of the config it reads with.' }),
    trigger: z.enum(RUN_TRIGGERS),
    status: z.enum(RUN_STATUSES),
    outcome: z.enum(RUN_OUTCOMES).nullable(),
    attempt: z.int(),
    scheduledFor: timestamp.nullable(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    wakeAt: timestamp.nullable().meta({ description: 'When a parked run goes on.' }),
    parkedReason: z.string().nullable(),
    cancelRequested: z.boolean(),
    counts: z.strictObject({
      read: z.int(),
      inserted: z.int(),
      updated: z.int(),
      unchanged: z.int(),
      deleted: z.int(),
      quarantined: z.int(),
    }),
    batches: z.strictObject({ forwarded: z.int(), committed: z.int(), fenced: z.int(), duplicate: z.int() }),
    bytes: z.strictObject({ forwarded: z.int(), committed: z.int() }),
    backfill: z
      .strictObject({ stream: z.string().optional(), from: timestamp.optional(), to: timestamp.optional(), cursorAt: timestamp.optional() })
      .nullable()
      .meta({ description: 'What a backfill reads again; null for other runs.' }),
    progress: z.record(z.string(), z.unknown()),
    caveats: z
      .array(
        z.strictObject({
          kind: z.string().meta({ description: 'Of the reason; see docs/errors.md.' }),
          count: z.int(),
          of: z.int().meta({ description: 'How many of the kind were looked at.' }),
          examples: z.array(z.string()),
          message: z.string(),
          next: z.string().meta({ description: 'What to do about it.' }),
        }),
      )
      .meta({ description: 'What was guessed, left out or read in part.' }),
    warnings: z
      .array(z.strictObject({ reason: z.string(), message: z.string() }))
      .meta({ description: 'What makes the run `partial` besides failures and quarantine.' }),
    error: failureView.nullable(),
  })
  .meta({ id: 'Run', description: 'One ingestion of a source.' })

export const runPage = pageOf(run, 'RunPage')
export const cancellation = z
  .strictObject({
    runId: uuid,
    result: z.enum(['ended', 'requested']).meta({ description: 'ended: it has stopped; requested: its worker stops it within seconds.' }),
  })
  .meta({ id: 'Cancellation' })

const tag = 'runs'
const params = z.strictObject({ id: uuid })

export const listRunsQuery = z.strictObject({
  ...pageQuery,
  source: sourceRef.optional(),
  status: z.enum(RUN_STATUSES).optional(),
  outcome: z.enum(RUN_OUTCOMES).optional(),
})

export const runEndpoints = {
  listRuns: defineEndpoint({
    method: 'get',
    path: '/v1/runs',
    scope: 'read',
    tag,
    summary: 'List runs, newest first',
    query: listRunsQuery,
    answers: { 200: { description: 'One page.', schema: runPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  getRun: defineEndpoint({
    method: 'get',
    path: '/v1/runs/:id',
    scope: 'read',
    tag,
    summary: 'Get a run with its progress',
    params,
    answers: { 200: { description: 'The run.', schema: run } },
  }),
  cancelRun: defineEndpoint({
    method: 'post',
    path: '/v1/runs/:id/cancel',
    scope: 'write',
    tag,
    summary: 'Cancel an active run; what it has stored stays',
    params,
    answers: { 202: { description: 'It has stopped or is about to.', schema: cancellation } },
    reasons: ['RUN_NOT_ACTIVE'],
  }),
} as const

export type RunView = z.infer<typeof run>
export type RunPage = z.infer<typeof runPage>
export type ListRunsQuery = z.output<typeof listRunsQuery>
