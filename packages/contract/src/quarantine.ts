import { QUARANTINE_STATES, RECORD_KINDS, RESOLUTIONS, RETRY_OUTCOMES } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { moment, pageOf, pageQuery, plainText, sourceRef, timestamp, uuid } from './primitives.js'

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
  occurrences: z.int().meta({ description: 'How often the same failure was seen; each is counted here until the record is not open any more.' }),
  lastSeenAt: timestamp,
  state: z.enum(QUARANTINE_STATES).meta({
    description:
      'open: nobody has decided; retrying: its run is to come or at work; retried: stored, or left out by the mapping; superseded: something newer is stored under its key; resolved: the source brought the key again by itself, or a complete reading showed that it is over; dropped: given up.',
  }),
  stateAt: timestamp.nullable(),
  stateBy: z.string().nullable().meta({ description: 'Who brought it into its state: `key:<id>` or `run:<id>`.' }),
  retryable: z.boolean().meta({ description: 'Whether it can be retried as it is.' }),
  whyNot: z.string().nullable().meta({ description: 'Why it cannot be retried as it is.' }),
  attempts: z.int().meta({ description: 'How often a retry has failed.' }),
  retryRunId: uuid.nullable().meta({ description: 'The run that tried it last.' }),
  retryOutcome: z.enum(RETRY_OUTCOMES).nullable(),
  resolution: z.enum(RESOLUTIONS).nullable().meta({
    description:
      'Why it is resolved. brought_again: its key came again with its content, or deleted; gone: a complete reading did not show its key; not_repeated: it has no key, and a complete reading did not fail on it again.',
  }),
}

export const quarantined = z.strictObject(shape).meta({ id: 'QuarantinedRecord', description: 'A record that could not be stored, with the reason.' })
export const quarantinedDetail = z
  .strictObject({
    ...shape,
    record: z
      .unknown()
      .meta({ description: 'The whole record as it was read, before any mapping; null when it is not kept. Numbers keep all their digits.' }),
    edited: z.unknown().meta({ description: 'The record that was sent in its place; null without one.' }),
  })
  .meta({ id: 'QuarantinedRecordDetail', description: 'A record that could not be stored, with its whole content where that is kept.' })
export const quarantinePage = pageOf(quarantined, 'QuarantinePage')

export const quarantineQuery = z.strictObject({
  ...pageQuery,
  run: z.uuid().optional(),
  stream: plainText(200).optional(),
  reason: z.string().min(1).max(100).optional(),
  state: z.enum(QUARANTINE_STATES).optional(),
})

const recordKeyPart = z.union([z.string(), z.number(), z.boolean(), z.null()])
/** A record as somebody writes it in place of one that could not be stored. */
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
  .meta({ id: 'EditedRecord', description: 'A whole record as connectors yield it, before any mapping.' })

export const retryBody = z
  .strictObject({
    record: editedRecord.optional().meta({ description: 'A record to take in its place.' }),
    raw: z
      .string()
      .min(1)
      .max(1_048_576)
      .optional()
      .meta({ description: 'The same as JSON text, for numbers with more digits than JSON clients keep.' }),
  })
  .refine(({ record, raw }) => record === undefined || raw === undefined, { path: ['raw'], error: 'give either record or raw' })
  .meta({ id: 'RetryQuarantined', description: 'What to retry: without members, the record as it is kept.' })

const choice = {
  stream: plainText(200).optional().meta({ description: 'Only of this stream.' }),
  reason: z.string().min(1).max(100).optional().meta({ description: 'Only with this reason.' }),
  before: moment.optional().meta({ description: 'Only what was quarantined before this moment.' }),
}
export const quarantineChoice = z
  .strictObject(choice)
  .meta({ id: 'QuarantineChoice', description: 'Which open records are meant; without members, all.' })

export const retryStart = z
  .strictObject({
    selected: z.int().meta({ description: 'How many are retried.' }),
    skipped: z.int().meta({ description: 'How many stay open, because they cannot be retried as they are.' }),
    skippedRecords: z
      .array(z.strictObject({ id: z.string(), why: z.string() }))
      .meta({ description: 'Why, of each of them; of the newest 100 when there are more.' }),
    runId: uuid
      .nullable()
      .meta({ description: 'The run that retries them; null while another run of the source is active: it begins after that one.' }),
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
    summary: 'List records that could not be stored, newest first',
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
    summary: 'Get a record that could not be stored, with its whole content',
    params,
    answers: { 200: { description: 'The record.', schema: quarantinedDetail } },
  }),
  retryQuarantined: defineEndpoint({
    method: 'post',
    path: '/v1/quarantine/:id/retry',
    scope: 'write',
    tag,
    summary: 'Try a record again, as it is or edited',
    description:
      'A run of its own maps it with the live version and stores it as of the batch it first came in: it never replaces what came later (`superseded`). One that fails again is open again with the new reason.',
    params,
    body: retryBody,
    bodyOptional: true,
    answers: { 202: { description: 'It is retried; GET /v1/quarantine/{id} says what came of it.', schema: retryStart } },
    reasons: ['QUARANTINE_NOT_OPEN', 'NOT_RETRYABLE', 'RECORD_INVALID', 'SOURCE_PAUSED', 'SOURCE_STOPPED'],
  }),
  dropQuarantined: defineEndpoint({
    method: 'delete',
    path: '/v1/quarantine/:id',
    scope: 'write',
    tag,
    summary: 'Give a record up: its content is removed, its reason is kept',
    params,
    answers: { 204: { description: 'Dropped.' } },
    reasons: ['QUARANTINE_NOT_OPEN'],
  }),
  retryQuarantine: defineEndpoint({
    method: 'post',
    path: '/v1/sources/:id/quarantine/retry',
    scope: 'write',
    tag,
    summary: 'Try all open records of a source again, e.g. after its mapping was corrected',
    description: 'In the background, by a run of its own with progress.',
    params: sourceParams,
    body: quarantineChoice,
    bodyOptional: true,
    answers: { 202: { description: 'They are retried; the run shows how far it is.', schema: retryStart } },
    reasons: ['SOURCE_PAUSED', 'SOURCE_STOPPED'],
  }),
  dropQuarantine: defineEndpoint({
    method: 'post',
    path: '/v1/sources/:id/quarantine/drop',
    scope: 'write',
    tag,
    summary: 'Give up all open records of a source',
    params: sourceParams,
    body: quarantineChoice,
    bodyOptional: true,
    answers: { 200: { description: 'How many were dropped.', schema: dropResult } },
  }),
} as const

export type QuarantinedView = z.infer<typeof quarantined>
export type QuarantinedDetailView = z.infer<typeof quarantinedDetail>
export type RetryStartView = z.infer<typeof retryStart>
