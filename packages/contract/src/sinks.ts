import { RECORD_KINDS, SINK_KINDS, SINK_STATUSES } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, plainText, sourceRef, timestamp, uuid, visible } from './primitives.js'

const name = visible(plainText(100)).meta({ example: 'warehouse' })
const url = z.string().min(1).max(8_192).meta({
  description: 'Where changes are posted to: a public address, unless the operator allows others.',
  example: 'https://example.com/inlet',
})
const secret = z.string().max(200).meta({
  description: 'Write-only: `whsec_` and the base64 of 24 to 64 bytes. Messages are signed with it as Standard Webhooks says.',
})
const filters = {
  sources: z.array(sourceRef).max(1_000).meta({ description: 'Only changes of these sources (slug or id); empty: of all.' }),
  stream: plainText(200).nullable().meta({ description: 'Only records of streams with this name.' }),
  recordKind: z.enum(RECORD_KINDS).nullable().meta({ description: 'Only records of this kind.' }),
  batchSize: z.int().min(1).max(1_000).meta({ description: 'Changes in a message at most; large records make it shorter.' }),
  active: z.boolean(),
}
const from = z.enum(['beginning', 'now'])

const shape = {
  id: uuid,
  name: z.string(),
  kind: z.enum(SINK_KINDS),
  url: z.string().meta({ description: 'Masked.' }),
  ...filters,
  sources: z.array(uuid),
  status: z.enum(SINK_STATUSES).meta({
    description:
      'paused: switched off; refused: the receiver said that it is gone; failing: the last try failed, and it is tried again; delivering: changes wait; current: it has everything.',
  }),
  why: z.string().meta({ description: 'Why it has this status.' }),
  next: z.string().meta({ description: 'What to do about it.' }),
  lag: z.strictObject({
    changes: z.int().nullable().meta({ description: 'That wait; null while what was stored before is being delivered.' }),
    seconds: z.number().nullable().meta({ description: 'How long the oldest waits; null when none does.' }),
  }),
  delivered: z.int().meta({ description: 'Changes that the receiver has taken.' }),
  deliveredAt: timestamp.nullable(),
  attempts: z.int().meta({ description: 'Failures since the last success.' }),
  nextAt: timestamp.nullable().meta({ description: 'When it is tried again.' }),
  lastStatus: z.int().nullable().meta({ description: 'HTTP status of the last answer.' }),
  lastError: z.string().nullable(),
  previousSecretUntil: timestamp.nullable().meta({ description: 'Until then messages are signed with the secret before, too.' }),
  createdAt: timestamp,
  updatedAt: timestamp,
}

export const sink = z.strictObject(shape).meta({ id: 'Sink', description: 'Where changes are delivered to.' })
export const newSink = z
  .strictObject({
    ...shape,
    secret: z.string().nullable().meta({ description: 'The secret that was made; it is shown this once. Null when one was given.' }),
  })
  .meta({ id: 'NewSink' })
export const sinkPage = pageOf(sink, 'SinkPage')

export const createSinkBody = z
  .strictObject({
    name,
    kind: z.enum(SINK_KINDS).default('webhook'),
    url,
    secret: secret.optional(),
    from: from.default('beginning').meta({ description: 'Whether everything that is stored comes first.' }),
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
    secret: secret.optional().meta({ description: 'A new secret; for 24 hours messages are signed with both.' }),
    from: from.optional().meta({ description: 'Begin again: at the beginning, or with what changes from now on.' }),
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
    summary: 'Deliver changes to an address',
    body: createSinkBody,
    answers: { 201: { description: 'Saved; Location is set.', schema: newSink } },
    reasons: [...ADDRESS_REASONS, 'NOT_FOUND'],
  }),
  listSinks: defineEndpoint({
    method: 'get',
    path: '/v1/sinks',
    scope: 'read',
    tag,
    summary: 'List sinks by name, each with its status, why, and how far it is behind',
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
    summary: 'Change a sink, switch it on or off, begin again, or replace its secret',
    params,
    body: updateSinkBody,
    answers: { 200: { description: 'The sink as changed.', schema: sink } },
    reasons: ADDRESS_REASONS,
  }),
  deleteSink: defineEndpoint({
    method: 'delete',
    path: '/v1/sinks/:id',
    scope: 'admin',
    tag,
    summary: 'Delete a sink',
    params,
    answers: { 204: { description: 'Gone.' } },
  }),
} as const

export type SinkView = z.infer<typeof sink>
