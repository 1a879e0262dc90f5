import { RUN_OUTCOMES, RUN_STATUSES, RUN_TRIGGERS } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { optionalQueryInt, pageOf, pageQuery, queryInt, sourceRef, timestamp, uuid } from './primitives.js'
import { failureView } from './problem.js'

export const run = z
  .strictObject({
    id: uuid,
    sourceId: uuid,
    source: z.strictObject({ slug: z.string(), name: z.string() }),
    version: z.int().nullable().meta({ description: 'The version of the config it reads with.' }),
    trigger: z.enum(RUN_TRIGGERS),
    status: z.enum(RUN_STATUSES),
    outcome: z.enum(RUN_OUTCOMES).nullable(),
    attempt: z.int(),
    scheduledFor: timestamp.nullable(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    wakeAt: timestamp.nullable().meta({ description: 'When a parked run continues.' }),
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

const attempt = z
  .strictObject({
    number: z.int(),
    worker: z.string().meta({ description: 'Names the process.' }),
    startedAt: timestamp,
    endedAt: timestamp.nullable().meta({ description: 'Null while it is under way.' }),
    left: z
      .enum(['ended', 'parked', 'released', 'lost'])
      .nullable()
      .meta({ description: 'parked: it waits; released: its worker shut down; lost: its worker died, or lost the lease.' }),
    reason: z.string().nullable().meta({ description: 'Why it was parked.' }),
    message: z.string().nullable(),
    wakeAt: timestamp.nullable().meta({ description: 'When a parked run continues.' }),
  })
  .meta({ id: 'RunAttempt', description: 'One time that a worker had a run.' })

export const runDetail = z
  .strictObject({ ...run.shape, attempts: z.array(attempt).meta({ description: 'The latest 100, oldest first.' }) })
  .meta({ id: 'RunDetail', description: 'One ingestion of a source, with its attempts.' })

export const LOG_LEVELS = ['info', 'warn', 'error'] as const
export const logLine = z
  .strictObject({
    id: z.string().meta({ description: 'A growing number.' }),
    at: timestamp,
    attempt: z.int(),
    level: z.enum(LOG_LEVELS),
    stream: z.string().nullable(),
    message: z.string(),
  })
  .meta({ id: 'RunLogLine', description: 'What the connector or the worker said during a run.' })
export const logPage = pageOf(logLine, 'RunLogPage')
const MAX_LOG_PAGE = 5_000

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
    answers: { 200: { description: 'The run.', schema: runDetail } },
  }),
  listRunLogs: defineEndpoint({
    method: 'get',
    path: '/v1/runs/:id/logs',
    scope: 'read',
    tag,
    summary: 'Read the log of a run, oldest line first',
    description: 'Lines are there within two seconds and kept for 14 days. A run that finds nothing new and warns of nothing has none.',
    params,
    query: z.strictObject({
      limit: queryInt({ min: 1, max: MAX_LOG_PAGE, default: 500, description: 'How many lines at most.' }),
      cursor: pageQuery.cursor,
      after: z
        .string()
        .regex(/^\d{1,18}$/, 'must be the id of a line')
        .optional()
        .meta({ description: 'Only lines after this one, to follow a run that is under way.' }),
      level: z.enum(LOG_LEVELS).optional().meta({ description: 'Only lines of this level.' }),
      stream: z.string().min(1).max(300).optional(),
      attempt: optionalQueryInt({ min: 1, max: 1_000_000, description: 'Only lines of this attempt.' }),
    }),
    answers: { 200: { description: 'One page.', schema: logPage } },
    reasons: ['INVALID_CURSOR'],
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
export type RunDetailView = z.infer<typeof runDetail>
export type RunLogLine = z.infer<typeof logLine>
export type RunPage = z.infer<typeof runPage>
export type ListRunsQuery = z.output<typeof listRunsQuery>
