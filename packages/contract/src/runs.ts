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
    version: z.int().nullable().meta({ description: 'The version of the settings that the run uses.' }),
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
      .meta({ description: 'What a backfill reads again. Null for other runs.' }),
    progress: z.record(z.string(), z.unknown()),
    caveats: z
      .array(
        z.strictObject({
          kind: z.string().meta({ description: 'The class of the reason; see docs/errors.md.' }),
          count: z.int(),
          of: z.int().meta({ description: 'Number of items that were checked.' }),
          examples: z.array(z.string()),
          message: z.string(),
          next: z.string().meta({ description: 'What to do about it.' }),
        }),
      )
      .meta({ description: 'What was guessed, left out or read in part.' }),
    warnings: z
      .array(z.strictObject({ reason: z.string(), message: z.string() }))
      .meta({ description: 'Why the run is `partial`, besides failures and quarantined records.' }),
    error: failureView.nullable(),
  })
  .meta({ id: 'Run', description: 'One ingestion of a source.' })

const attempt = z
  .strictObject({
    number: z.int(),
    worker: z.string().meta({ description: 'The worker process.' }),
    startedAt: timestamp,
    endedAt: timestamp.nullable().meta({ description: 'Null while the attempt is active.' }),
    left: z
      .enum(['ended', 'parked', 'released', 'lost'])
      .nullable()
      .meta({ description: '`parked`: the run waits. `released`: its worker shut down. `lost`: its worker died or lost its lease.' }),
    reason: z.string().nullable().meta({ description: 'Why the run was parked.' }),
    message: z.string().nullable(),
    wakeAt: timestamp.nullable().meta({ description: 'When a parked run continues.' }),
  })
  .meta({ id: 'RunAttempt', description: 'One attempt of a worker at a run.' })

export const runDetail = z
  .strictObject({ ...run.shape, attempts: z.array(attempt).meta({ description: 'The latest 100 attempts, oldest first.' }) })
  .meta({ id: 'RunDetail', description: 'One ingestion of a source, with its attempts.' })

export const LOG_LEVELS = ['info', 'warn', 'error'] as const
export const logLine = z
  .strictObject({
    id: z.string().meta({ description: 'An increasing number.' }),
    at: timestamp,
    attempt: z.int(),
    level: z.enum(LOG_LEVELS),
    stream: z.string().nullable(),
    message: z.string(),
  })
  .meta({ id: 'RunLogLine', description: 'A log line of the connector or the worker.' })
export const logPage = pageOf(logLine, 'RunLogPage')
const MAX_LOG_PAGE = 5_000

export const runPage = pageOf(run, 'RunPage')
export const cancellation = z
  .strictObject({
    runId: uuid,
    result: z.enum(['ended', 'requested']).meta({ description: '`ended`: the run has stopped. `requested`: its worker stops it within seconds.' }),
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
    summary: 'Get a run with its progress and attempts',
    params,
    answers: { 200: { description: 'The run.', schema: runDetail } },
  }),
  listRunLogs: defineEndpoint({
    method: 'get',
    path: '/v1/runs/:id/logs',
    scope: 'read',
    tag,
    summary: 'Read the log of a run, oldest first',
    description: 'Lines appear within two seconds and are kept for 14 days. A run without anything new and without warnings has no log.',
    params,
    query: z.strictObject({
      limit: queryInt({ min: 1, max: MAX_LOG_PAGE, default: 500, description: 'Maximum number of lines.' }),
      cursor: pageQuery.cursor,
      after: z
        .string()
        .regex(/^\d{1,18}$/, 'must be the id of a line')
        .optional()
        .meta({ description: 'Only lines after this one, to follow an active run.' }),
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
    summary: 'Cancel an active run',
    params,
    answers: { 202: { description: 'The run has stopped or is about to. What it has stored stays.', schema: cancellation } },
    reasons: ['RUN_NOT_ACTIVE'],
  }),
} as const

export type RunView = z.infer<typeof run>
export type RunDetailView = z.infer<typeof runDetail>
export type RunLogLine = z.infer<typeof logLine>
export type RunPage = z.infer<typeof runPage>
export type ListRunsQuery = z.output<typeof listRunsQuery>
