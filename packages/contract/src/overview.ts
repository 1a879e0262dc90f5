import { INCIDENT_KINDS, RUN_OUTCOMES, RUN_STATUSES, SOURCE_STATES, SOURCE_STATUSES } from '@inlet/domain'
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
    freshUntil: timestamp.nullable().meta({ description: 'When it becomes stale, or became so, unless it succeeds. Null without `freshWithin`.' }),
    lastSuccessAt: timestamp.nullable(),
    nextRunAt: timestamp.nullable(),
    parkedUntil: timestamp
      .nullable()
      .meta({ description: 'Until when its run waits, for example because of a rate limit. Null if it does not wait.' }),
    parkedReason: z.string().nullable().meta({ description: 'Why its run waits. Null if it does not wait.', example: 'RATE_LIMITED' }),
    quarantined: z.int().meta({ description: 'Number of open records in quarantine.' }),
    reason: z.string().nullable().meta({ description: 'Why it is broken, as a code of docs/errors.md. Null if it is not.' }),
    problem: z.string().nullable().meta({ description: 'Why it is broken, in words, at most 300 characters. Null if it is not.' }),
  })
  .meta({ id: 'SourceLine', description: 'A source in brief.' })

export const sourceLines = z
  .strictObject({ at: timestamp.meta({ description: 'The time of the database when this was read.' }), items: z.array(sourceLine) })
  .meta({ id: 'SourceLines', description: 'All sources in brief.' })

const bucket = z
  .strictObject({
    at: timestamp.meta({ description: 'Start of the bucket.' }),
    runs: z.int().meta({ description: 'Number of runs that ended in the bucket.' }),
    failed: z.int(),
    records: z.int().meta({ description: 'Number of records that those runs inserted, updated or deleted.' }),
    quarantined: z.int(),
    delaySeconds: z
      .number()
      .nullable()
      .meta({ description: 'Median time from the moment a run was due or requested to its end. Null if none ended.' }),
  })
  .meta({ id: 'ActivityBucket' })

export const activity = z
  .strictObject({
    at: timestamp,
    bucketSeconds: z.int(),
    buckets: z.array(bucket).meta({ description: 'Oldest first, without gaps. The last bucket is still open.' }),
    activeRuns: z.record(z.enum(RUN_STATUSES), z.int()).meta({ description: 'Number of runs that are queued, running and parked.' }),
    waitingBatches: z.int().meta({ description: 'Number of batches that workers have forwarded and scribes have not stored yet.' }),
  })
  .meta({ id: 'Activity', description: 'Recent activity of the installation, for charts.' })

const NOT_KEPT = 'Null where older runs were removed already.'
const sourceBucket = z
  .strictObject({
    at: timestamp.meta({ description: 'Start of the bucket.' }),
    runs: z
      .int()
      .nullable()
      .meta({ description: `Number of runs that ended in the bucket. ${NOT_KEPT}` }),
    failed: z.int().nullable(),
    records: z.int().nullable().meta({ description: 'Number of records that those runs inserted, updated or deleted.' }),
    quarantined: z.int().nullable(),
    durationSeconds: z.number().nullable().meta({ description: 'Median duration of those runs. Null if none ended.' }),
    lagSeconds: z.number().nullable().meta({
      description: 'Time since the last success, at the end of the bucket (for the last bucket: now). Null before the first known success.',
    }),
  })
  .meta({ id: 'SourceActivityBucket' })

export const sourceActivity = z
  .strictObject({ at: timestamp, bucketSeconds: z.int(), buckets: z.array(sourceBucket).meta({ description: 'Oldest first, without gaps.' }) })
  .meta({ id: 'SourceActivity', description: 'Throughput and lag of one source, for charts.' })

const HOURS = { min: 1, max: 168, default: 24, description: 'Number of hours to look back.' } as const

const quarantineGroup = z
  .strictObject({
    sourceId: uuid,
    slug: z.string(),
    name: z.string(),
    stream: z.string(),
    reason: z.string(),
    count: z.int(),
    message: z.string().meta({ description: 'The message of the latest record.' }),
    lastSeenAt: timestamp,
  })
  .meta({ id: 'QuarantineGroup', description: 'Open quarantined records of one stream with one reason.' })

export const quarantineGroups = z
  .strictObject({ items: z.array(quarantineGroup) })
  .meta({ id: 'QuarantineGroups', description: 'Largest first, at most 500.' })

const incidentGroup = z
  .strictObject({
    kind: z.enum(INCIDENT_KINDS),
    reason: z.string(),
    count: z.int(),
    sources: z.int().meta({ description: 'Number of affected sources.' }),
    firstSince: timestamp.meta({ description: 'When the first of these problems began.' }),
    lastSince: timestamp.meta({ description: 'When the latest of them began.' }),
    message: z.string().meta({ description: 'The message of the latest incident.' }),
    source: z.string().meta({ description: 'The slug of its source.' }),
    next: z.string().meta({ description: 'What to do about it, for a source that stands for all: `<source>`, unless there is only one.' }),
    steps: z.int().meta({ description: 'How many different steps the incidents name. The most frequent one is `next`.' }),
  })
  .meta({ id: 'IncidentGroup', description: 'Open incidents with the same cause.' })

export const incidentGroups = z
  .strictObject({ items: z.array(incidentGroup) })
  .meta({ id: 'IncidentGroups', description: 'Worst first, then largest, at most 500.' })

export const nextMoments = z
  .strictObject({ schedule: z.strictObject({ cron: z.string(), timeZone: z.string() }), next: z.array(timestamp) })
  .meta({ id: 'NextMoments', description: 'The next times at which a schedule is due.' })

const tag = 'overview'

export const overviewEndpoints = {
  listSourceLines: defineEndpoint({
    method: 'get',
    path: '/v1/overview/sources',
    scope: 'read',
    tag,
    summary: 'List all sources in brief',
    query: z.strictObject({
      id: queryList(uuid, { max: 500, description: 'Only these sources. May be repeated.' }),
      recent: queryFlag('Only sources with an active run, or changed within the last 15 s.'),
    }),
    answers: { 200: { description: 'One entry per source.', schema: sourceLines } },
  }),
  getActivity: defineEndpoint({
    method: 'get',
    path: '/v1/overview/activity',
    scope: 'read',
    tag,
    summary: 'Get the recent throughput, failures and delays of the installation',
    query: z.strictObject({ hours: queryInt(HOURS) }),
    answers: { 200: { description: 'The activity, in 48 buckets.', schema: activity } },
  }),
  getSourceActivity: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/activity',
    scope: 'read',
    tag,
    summary: 'Get the recent throughput, failures and lag of a source',
    params: z.strictObject({ id: sourceRef }),
    query: z.strictObject({ hours: queryInt(HOURS) }),
    answers: { 200: { description: 'The activity, in 48 buckets.', schema: sourceActivity } },
  }),
  listQuarantineGroups: defineEndpoint({
    method: 'get',
    path: '/v1/overview/quarantine',
    scope: 'read',
    tag,
    summary: 'Count open quarantined records by source, stream and reason',
    query: z.strictObject({ source: sourceRef.optional() }),
    answers: { 200: { description: 'The groups.', schema: quarantineGroups } },
  }),
  listIncidentGroups: defineEndpoint({
    method: 'get',
    path: '/v1/overview/incidents',
    scope: 'read',
    tag,
    summary: 'Count open incidents by cause',
    answers: { 200: { description: 'The groups.', schema: incidentGroups } },
  }),
  previewSchedule: defineEndpoint({
    method: 'get',
    path: '/v1/overview/schedule',
    scope: 'read',
    tag,
    summary: 'Preview when a schedule would be due',
    query: z.strictObject({
      cron: schedule.shape.cron,
      timeZone: schedule.shape.timeZone,
      count: queryInt({ min: 1, max: 20, default: 5, description: 'Number of times to return.' }),
    }),
    answers: { 200: { description: 'The times.', schema: nextMoments } },
    reasons: ['INVALID_CRON', 'CRON_NEVER_FIRES', 'INVALID_TIMEZONE'],
  }),
} as const

export type SourceLine = z.infer<typeof sourceLine>
export type SourceLines = z.infer<typeof sourceLines>
export type ActivityView = z.infer<typeof activity>
export type SourceActivityView = z.infer<typeof sourceActivity>
export type QuarantineGroups = z.infer<typeof quarantineGroups>
export type IncidentGroups = z.infer<typeof incidentGroups>
export type IncidentGroup = z.infer<typeof incidentGroup>
export type NextMoments = z.infer<typeof nextMoments>
