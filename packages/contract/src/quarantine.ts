import { QUARANTINE_STATES, RECORD_KINDS, RESOLUTIONS, RETRY_OUTCOMES } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { actorName, moment, pageOf, pageQuery, plainText, sourceRef, timestamp, uuid } from './primitives.js'

const shape = {
  id: z.string(),
  sourceId: uuid,
  runId: uuid,
  stream: z.string(),
  key: z.string().nullable(),
  reason: z.string(),
  message: z.string(),
  raw: z.string().nullable().meta({ description: 'The beginning of the raw input, at most 64 KiB.' }),
  createdAt: timestamp,
  occurrences: z.int().meta({ description: 'How often the same failure was seen while the record was open.' }),
  lastSeenAt: timestamp,
  state: z.enum(QUARANTINE_STATES).meta({
    description:
      '`open`: waits for a decision. `retrying`: a run is retrying it or will. `retried`: stored, or left out by the mapping. `superseded`: something newer is stored under its key. `resolved`: the source delivered the key again, or a complete read showed that the problem is gone. `dropped`: given up.',
  }),
  stateAt: timestamp.nullable(),
  stateBy: z.string().nullable().meta({ description: 'Who set the state: `run:<id>`, or an actor as named in the audit log.' }),
  stateByName: actorName,
  retryable: z.boolean().meta({ description: 'Whether it can be retried without editing it.' }),
  whyNot: z.string().nullable().meta({ description: 'Why it cannot be retried without editing it.' }),
  attempts: z.int().meta({ description: 'How often a retry has failed.' }),
  retryRunId: uuid.nullable().meta({ description: 'The last run that retried it.' }),
  retryOutcome: z.enum(RETRY_OUTCOMES).nullable(),
  resolution: z.enum(RESOLUTIONS).nullable().meta({
    description:
      'Why it is resolved. `brought_again`: the source delivered its key again, with content or as deleted. `gone`: a complete read did not contain its key. `not_repeated`: it has no key, and a complete read did not fail on it again.',
  }),
}

export const quarantined = z.strictObject(shape).meta({ id: 'QuarantinedRecord', description: 'A record that could not be stored, with the reason.' })
export const quarantinedDetail = z
  .strictObject({
    ...shape,
    record: z
      .unknown()
      .meta({ description: 'The whole record as it was read, before any mapping. Null if it was not kept. Numbers keep all their digits.' }),
    edited: z.unknown().meta({ description: 'The edited record that was sent to replace it. Null if there is none.' }),
  })
  .meta({ id: 'QuarantinedRecordDetail', description: 'A record that could not be stored, with its whole content if that was kept.' })
export const quarantinePage = pageOf(quarantined, 'QuarantinePage')

export const quarantineQuery = z.strictObject({
  ...pageQuery,
  run: z.uuid().optional(),
  stream: plainText(200).optional(),
  reason: z.string().min(1).max(100).optional(),
  state: z.enum(QUARANTINE_STATES).optional(),
})

const recordKeyPart = z.union([z.string(), z.number(), z.boolean(), z.null()])
/** A record that a user sends in place of one that could not be stored. */
export const editedRecord = z
  .strictObject({
    stream: z.string().optional().meta({ description: 'The stream of the quarantined record; it cannot be changed.' }),
    key: z.union([z.string().min(1), z.number(), z.array(recordKeyPart).min(1).max(20)]),
    kind: z.enum(RECORD_KINDS),
    title: z.string().optional(),
    text: z.string().optional(),
    url: z.string().optional(),
    data: z.record(z.string(), z.unknown()),
    occurredAt: z.string().optional().meta({ description: 'ISO 8601.' }),
    op: z.enum(['upsert', 'delete']).optional(),
    validator: z.string().max(1_024).optional(),
    scope: z.string().optional(),
  })
  .meta({ id: 'EditedRecord', description: 'A whole record as the connector would yield it, before any mapping.' })

export const retryBody = z
  .strictObject({
    record: editedRecord.optional().meta({ description: 'An edited record to store instead.' }),
    raw: z
      .string()
      .min(1)
      .max(1_048_576)
      .optional()
      .meta({ description: 'The edited record as JSON text, for numbers with more digits than JSON clients keep.' }),
  })
  .refine(({ record, raw }) => record === undefined || raw === undefined, { path: ['raw'], error: 'give either record or raw' })
  .meta({ id: 'RetryQuarantined', description: 'The record to store. Without members, the record is retried as it was kept.' })

const choice = {
  stream: plainText(200).optional().meta({ description: 'Only records of this stream.' }),
  reason: z.string().min(1).max(100).optional().meta({ description: 'Only records with this reason.' }),
  before: moment.optional().meta({ description: 'Only records quarantined before this time.' }),
}
export const quarantineChoice = z
  .strictObject(choice)
  .meta({ id: 'QuarantineChoice', description: 'Which open records to select. Without members: all.' })

export const retryStart = z
  .strictObject({
    selected: z.int().meta({ description: 'Number of records that are retried.' }),
    skipped: z.int().meta({ description: 'Number of records that stay open because they cannot be retried without editing them.' }),
    skippedRecords: z
      .array(z.strictObject({ id: z.string(), why: z.string() }))
      .meta({ description: 'Why each of them was skipped; at most the newest 100.' }),
    runId: uuid
      .nullable()
      .meta({ description: 'The run that retries them. Null while another run of the source is active; the retry begins after it.' }),
  })
  .meta({ id: 'RetryStart' })
export const dropResult = z.strictObject({ dropped: z.int() }).meta({ id: 'DropResult' })

const tag = 'quarantine'
const params = z.strictObject({ id: z.string().regex(/^\d{1,18}$/) })
const sourceParams = z.strictObject({ id: sourceRef })

export const quarantineEndpoints = {
  listQuarantine: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/quarantine',
    scope: 'read',
    tag,
    summary: 'List quarantined records, newest first',
    params: sourceParams,
    query: quarantineQuery,
    answers: { 200: { description: 'One page.', schema: quarantinePage } },
    reasons: ['INVALID_CURSOR'],
  }),
  getQuarantined: defineEndpoint({
    method: 'get',
    path: '/v1/quarantine/:id',
    scope: 'read',
    tag,
    summary: 'Get a quarantined record with its whole content',
    params,
    answers: { 200: { description: 'The record.', schema: quarantinedDetail } },
  }),
  retryQuarantined: defineEndpoint({
    method: 'post',
    path: '/v1/quarantine/:id/retry',
    scope: 'write',
    tag,
    summary: 'Retry a quarantined record, unchanged or edited',
    description:
      'A separate run maps the record with the live version and stores it as of the time it last came, so it never replaces anything newer (`superseded`). If it fails again, it is open again with the new reason.',
    params,
    body: retryBody,
    bodyOptional: true,
    answers: { 202: { description: 'The record is retried. GET /v1/quarantine/{id} shows the result.', schema: retryStart } },
    reasons: ['QUARANTINE_NOT_OPEN', 'NOT_RETRYABLE', 'RECORD_INVALID', 'SOURCE_PAUSED', 'SOURCE_STOPPED'],
  }),
  dropQuarantined: defineEndpoint({
    method: 'delete',
    path: '/v1/quarantine/:id',
    scope: 'write',
    tag,
    summary: 'Drop a quarantined record',
    description: 'Deletes its content and keeps its reason.',
    params,
    answers: { 204: { description: 'Dropped.' } },
    reasons: ['QUARANTINE_NOT_OPEN'],
  }),
  retryQuarantine: defineEndpoint({
    method: 'post',
    path: '/v1/sources/:id/quarantine/retry',
    scope: 'write',
    tag,
    summary: 'Retry the open quarantined records of a source',
    description: 'A separate run retries them in the background, for example after a mapping was corrected.',
    params: sourceParams,
    body: quarantineChoice,
    bodyOptional: true,
    answers: { 202: { description: 'The records are retried. The run shows the progress.', schema: retryStart } },
    reasons: ['SOURCE_PAUSED', 'SOURCE_STOPPED'],
  }),
  dropQuarantine: defineEndpoint({
    method: 'post',
    path: '/v1/sources/:id/quarantine/drop',
    scope: 'write',
    tag,
    summary: 'Drop the open quarantined records of a source',
    params: sourceParams,
    body: quarantineChoice,
    bodyOptional: true,
    answers: { 200: { description: 'Number of records that were dropped.', schema: dropResult } },
  }),
} as const

export type DropResultView = z.infer<typeof dropResult>
export type QuarantinedView = z.infer<typeof quarantined>
export type QuarantinedDetailView = z.infer<typeof quarantinedDetail>
export type RetryStartView = z.infer<typeof retryStart>
