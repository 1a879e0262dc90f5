import { RUN_OUTCOMES, RUN_STATUSES, SOURCE_STATES, SOURCE_STATUSES } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { queryFlag, queryInt, queryList, sourceRef, timestamp, uuid } from './primitives.js'
import { schedule } from './sources/source.js'

const sourceLine = z
  .strictObject({
    id: uuid,
    slug: z.string(),
    name: z.string(),
    connector: z.string(),
    status: z.enum(SOURCE_STATUSES),
    state: z.enum(SOURCE_STATES),
    outcome: z.enum(RUN_OUTCOMES).nullable(),
    labels: z.record(z.string(), z.string()),
    cron: z.string().nullable(),
    freshWithinSeconds: z.int().nullable(),
    lastSuccessAt: timestamp.nullable(),
    nextRunAt: timestamp.nullable(),
    quarantined: z.int().meta({ description: 'Open records in quarantine.' }),
    problem: z.string().nullable().meta({ description: 'Why it is broken, at most 300 characters; null when it is not.' }),
  })
  .meta({ id: 'SourceLine', description: 'What a list of all sources shows of one.' })

export const sourceLines = z
  .strictObject({ at: timestamp.meta({ description: 'Database time of the reading.' }), items: z.array(sourceLine) })
  .meta({ id: 'SourceLines', description: 'All sources at once, in short.' })

const bucket = z
  .strictObject({
    at: timestamp.meta({ description: 'Where it begins.' }),
    runs: z.int().meta({ description: 'Runs that ended in it.' }),
    failed: z.int(),
    records: z.int().meta({ description: 'Inserted, updated and deleted by those runs.' }),
    quarantined: z.int(),
    delaySeconds: z
      .number()
      .nullable()
      .meta({ description: 'Median from the moment a run was due (or asked for) to its end; null when none ended.' }),
  })
  .meta({ id: 'ActivityBucket' })

export const activity = z
  .strictObject({
    at: timestamp,
    bucketSeconds: z.int(),
    buckets: z.array(bucket).meta({ description: 'Oldest first, without gaps; the last one is not over yet.' }),
    activeRuns: z.record(z.enum(RUN_STATUSES), z.int()).meta({ description: 'How many runs are queued, running and parked.' }),
    waitingBatches: z.int().meta({ description: 'Forwarded by workers and not stored yet.' }),
  })
  .meta({ id: 'Activity', description: 'What the installation did lately, for plots.' })

const NOT_KEPT = 'Null where older runs were removed already.'
const sourceBucket = z
  .strictObject({
    at: timestamp.meta({ description: 'Where it begins.' }),
    runs: z
      .int()
      .nullable()
      .meta({ description: `Runs that ended in it. ${NOT_KEPT}` }),
    failed: z.int().nullable(),
    records: z.int().nullable().meta({ description: 'Inserted, updated and deleted by those runs.' }),
    quarantined: z.int().nullable(),
    durationSeconds: z.number().nullable().meta({ description: 'Median length of those runs; null when none ended.' }),
    lagSeconds: z
      .number()
      .nullable()
      .meta({ description: 'Since the last success, at its end (of the last bucket: now); null before the first that is known.' }),
  })
  .meta({ id: 'SourceActivityBucket' })

export const sourceActivity = z
  .strictObject({ at: timestamp, bucketSeconds: z.int(), buckets: z.array(sourceBucket).meta({ description: 'Oldest first, without gaps.' }) })
  .meta({ id: 'SourceActivity', description: 'Throughput and lag of one source, for plots.' })

const HOURS = { min: 1, max: 168, default: 24, description: 'How far back.' } as const

const quarantineGroup = z
  .strictObject({
    sourceId: uuid,
    slug: z.string(),
    name: z.string(),
    stream: z.string(),
    reason: z.string(),
    count: z.int(),
    message: z.string().meta({ description: 'Of the latest one.' }),
    lastSeenAt: timestamp,
  })
  .meta({ id: 'QuarantineGroup', description: 'Open records of one stream with one reason.' })

export const quarantineGroups = z
  .strictObject({ items: z.array(quarantineGroup) })
  .meta({ id: 'QuarantineGroups', description: 'The largest first; at most 500.' })

export const nextMoments = z
  .strictObject({ schedule: z.strictObject({ cron: z.string(), timeZone: z.string() }), next: z.array(timestamp) })
  .meta({ id: 'NextMoments', description: 'The next moments at which a schedule is due.' })

const tag = 'overview'

export const overviewEndpoints = {
  listSourceLines: defineEndpoint({
    method: 'get',
    path: '/v1/overview/sources',
    scope: 'read',
    tag,
    summary: 'All sources in short, to look through and sort at once',
    query: z.strictObject({
      id: queryList(uuid, { max: 500, description: 'Only these; may be repeated.' }),
      recent: queryFlag('Only those with a run under way, or changed within the last 15 s.'),
    }),
    answers: { 200: { description: 'One line for each.', schema: sourceLines } },
  }),
  getActivity: defineEndpoint({
    method: 'get',
    path: '/v1/overview/activity',
    scope: 'read',
    tag,
    summary: 'Throughput, failures and delays of the last hours, and what is under way',
    query: z.strictObject({ hours: queryInt(HOURS) }),
    answers: { 200: { description: 'In 48 buckets.', schema: activity } },
  }),
  getSourceActivity: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/activity',
    scope: 'read',
    tag,
    summary: 'Throughput, failures and lag of one source over the last hours',
    params: z.strictObject({ id: sourceRef }),
    query: z.strictObject({ hours: queryInt(HOURS) }),
    answers: { 200: { description: 'In 48 buckets.', schema: sourceActivity } },
  }),
  listQuarantineGroups: defineEndpoint({
    method: 'get',
    path: '/v1/overview/quarantine',
    scope: 'read',
    tag,
    summary: 'Open quarantined records of all sources or one, grouped by source, stream and reason',
    query: z.strictObject({ source: sourceRef.optional() }),
    answers: { 200: { description: 'The groups.', schema: quarantineGroups } },
  }),
  previewSchedule: defineEndpoint({
    method: 'get',
    path: '/v1/overview/schedule',
    scope: 'read',
    tag,
    summary: 'When a schedule would be due next',
    query: z.strictObject({
      cron: schedule.shape.cron,
      timeZone: schedule.shape.timeZone,
      count: queryInt({ min: 1, max: 20, default: 5, description: 'How many moments.' }),
    }),
    answers: { 200: { description: 'The moments.', schema: nextMoments } },
    reasons: ['INVALID_CRON', 'CRON_NEVER_FIRES', 'INVALID_TIMEZONE'],
  }),
} as const

export type SourceLine = z.infer<typeof sourceLine>
export type SourceLines = z.infer<typeof sourceLines>
export type ActivityView = z.infer<typeof activity>
export type SourceActivityView = z.infer<typeof sourceActivity>
export type QuarantineGroups = z.infer<typeof quarantineGroups>
export type NextMoments = z.infer<typeof nextMoments>
