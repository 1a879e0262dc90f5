import { RECORD_KINDS, SINK_KINDS, SINK_STATUSES } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, plainText, sourceRef, timestamp, uuid, visible } from './primitives.js'

const name = visible(plainText(100)).meta({ example: 'warehouse' })
const url = z.string().min(1).max(8_192).meta({
  description: 'The address that changes are posted to. It must be public unless the operator allows others.',
  example: 'https://example.com/inlet',
})
const secret = z.string().max(200).meta({
  description: 'Write-only. The signing secret of Standard Webhooks: `whsec_` followed by the base64 of 24 to 64 bytes.',
})
const filters = {
  sources: z.array(sourceRef).max(1_000).meta({ description: 'Only changes of these sources (slug or id). Empty: all sources.' }),
  stream: plainText(200).nullable().meta({ description: 'Only records of streams with this name.' }),
  recordKind: z.enum(RECORD_KINDS).nullable().meta({ description: 'Only records of this kind.' }),
  batchSize: z.int().min(1).max(1_000).meta({ description: 'Maximum number of changes per message. Large records make messages shorter.' }),
  active: z.boolean(),
}
const from = z.enum(['beginning', 'now'])

const shape = {
  id: uuid,
  name: z.string(),
  kind: z.enum(SINK_KINDS),
  url: z.string().meta({ description: 'The masked address.' }),
  ...filters,
  sources: z.array(uuid),
  status: z.enum(SINK_STATUSES).meta({
    description:
      '`paused`: switched off. `refused`: the receiver answered 410. `failing`: the last attempt failed and is repeated. `delivering`: changes are waiting. `current`: everything is delivered.',
  }),
  why: z.string().meta({ description: 'Why the sink has this status.' }),
  next: z.string().meta({ description: 'What to do about it.' }),
  lag: z.strictObject({
    changes: z.int().nullable().meta({ description: 'Number of changes that are waiting. Null during the initial delivery.' }),
    seconds: z.number().nullable().meta({ description: 'How long the oldest waiting change has been waiting. Null if none is.' }),
  }),
  delivered: z.int().meta({ description: 'Number of changes that the receiver has accepted.' }),
  deliveredAt: timestamp.nullable(),
  attempts: z.int().meta({ description: 'Number of failures since the last success.' }),
  nextAt: timestamp.nullable().meta({ description: 'When the next attempt is made.' }),
  lastStatus: z.int().nullable().meta({ description: 'HTTP status of the last response.' }),
  lastError: z.string().nullable(),
  previousSecretUntil: timestamp.nullable().meta({ description: 'Until this time, messages are also signed with the previous secret.' }),
  createdAt: timestamp,
  updatedAt: timestamp,
}

export const sink = z.strictObject(shape).meta({ id: 'Sink', description: 'A receiver of changes.' })
export const newSink = z
  .strictObject({
    ...shape,
    secret: z.string().nullable().meta({ description: 'The generated secret, which is returned only once. Null if you provided one.' }),
  })
  .meta({ id: 'NewSink' })
export const sinkTest = z
  .strictObject({
    delivered: z.boolean().meta({ description: 'Whether the receiver answered with a status of 2xx.' }),
    status: z.int().nullable().meta({ description: 'HTTP status of its answer; null when none came.' }),
    error: z.string().nullable().meta({ description: 'What went wrong, and what the receiver says about it.' }),
    durationMs: z.int(),
    next: z.string().nullable().meta({ description: 'What to do about it. Null if the message was taken.' }),
  })
  .meta({ id: 'SinkTest', description: 'What came of a test message.' })
export const sinkPage = pageOf(sink, 'SinkPage')

export const createSinkBody = z
  .strictObject({
    name,
    kind: z.enum(SINK_KINDS).default('webhook'),
    url,
    secret: secret.optional(),
    from: from.default('beginning').meta({ description: '`beginning`: deliver everything stored first. `now`: only changes from now on.' }),
    sources: filters.sources.default([]),
    stream: filters.stream.default(null),
    recordKind: filters.recordKind.default(null),
    batchSize: filters.batchSize.default(100),
    active: filters.active.default(true),
  })
  .meta({ id: 'CreateSink' })
export const updateSinkBody = z
  .strictObject({
    name: name.optional(),
    url: url.optional(),
    secret: secret.optional().meta({ description: 'A new secret. For 24 hours, messages are signed with both.' }),
    from: from.optional().meta({ description: 'Start over: with everything stored (`beginning`), or only with changes from now on (`now`).' }),
    sources: filters.sources.optional(),
    stream: filters.stream.optional(),
    recordKind: filters.recordKind.optional(),
    batchSize: filters.batchSize.optional(),
    active: filters.active.optional(),
  })
  .meta({ id: 'UpdateSink' })

const tag = 'sinks'
const params = z.strictObject({ id: uuid })
const ADDRESS_REASONS = [
  'NAME_TAKEN',
  'INVALID_URL',
  'URL_BLOCKED_ADDRESS',
  'URL_PORT_NOT_ALLOWED',
  'URL_SCHEME_NOT_ALLOWED',
  'URL_CREDENTIALS_NOT_ALLOWED',
] as const

export const sinkEndpoints = {
  createSink: defineEndpoint({
    method: 'post',
    path: '/v1/sinks',
    scope: 'admin',
    tag,
    summary: 'Create a sink',
    description: 'Delivers changes to an address, in order and with retries; see docs/guides/changes.md.',
    body: createSinkBody,
    answers: { 201: { description: 'Created; Location is set.', schema: newSink } },
    reasons: [...ADDRESS_REASONS, 'NOT_FOUND'],
  }),
  listSinks: defineEndpoint({
    method: 'get',
    path: '/v1/sinks',
    scope: 'read',
    tag,
    summary: 'List sinks by name, with status and lag',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page.', schema: sinkPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  getSink: defineEndpoint({
    method: 'get',
    path: '/v1/sinks/:id',
    scope: 'read',
    tag,
    summary: 'Get a sink',
    params,
    answers: { 200: { description: 'The sink, without its secret.', schema: sink } },
  }),
  updateSink: defineEndpoint({
    method: 'patch',
    path: '/v1/sinks/:id',
    scope: 'admin',
    tag,
    summary: 'Update a sink',
    description: 'Changes its settings or filters, pauses or resumes it, starts over, or replaces its secret.',
    params,
    body: updateSinkBody,
    answers: { 200: { description: 'The updated sink.', schema: sink } },
    reasons: ADDRESS_REASONS,
  }),
  testSink: defineEndpoint({
    method: 'post',
    path: '/v1/sinks/:id/test',
    scope: 'admin',
    tag,
    summary: 'Send a signed test message without changes, and get what the receiver answers; also while the sink is paused',
    description: 'Its `type` is `test`, and `data` has `sink` and a `message`. Nothing that the sink delivers, and not how far it is, changes by it.',
    params,
    answers: { 200: { description: 'What came of it.', schema: sinkTest } },
    reasons: ['CHECK_TIMEOUT', 'QUEUE_UNAVAILABLE'],
  }),
  deleteSink: defineEndpoint({
    method: 'delete',
    path: '/v1/sinks/:id',
    scope: 'admin',
    tag,
    summary: 'Delete a sink',
    params,
    answers: { 204: { description: 'Deleted.' } },
  }),
} as const

export type SinkView = z.infer<typeof sink>
export type SinkTestView = z.infer<typeof sinkTest>
