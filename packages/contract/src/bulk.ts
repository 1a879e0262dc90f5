import { SOURCE_STATUSES } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { actorName, pageOf, pageQuery, sourceRef, timestamp, uuid } from './primitives.js'
import { labels } from './sources/source.js'

const MAX_SOURCES = 10_000
export const BULK_ACTIONS = ['run', 'start', 'stop', 'pause', 'resume', 'label'] as const
export const BULK_RESULTS = ['waiting', 'done', 'unchanged', 'failed', 'skipped'] as const

const labelChange = z
  .strictObject({
    set: labels.default({}).meta({ description: 'Labels to set on every source. A label of the same name is replaced.' }),
    remove: z.array(z.string().min(1).max(63)).max(32).default([]).meta({ description: 'Names of labels to remove.' }),
  })
  .refine(({ set, remove }) => Object.keys(set).length + remove.length > 0, 'sets no label and removes none')
  .refine(({ set, remove }) => remove.every((label) => !Object.hasOwn(set, label)), {
    path: ['remove'],
    message: 'names a label that is set as well',
  })
  .meta({ id: 'LabelChange' })

export const createBulkOperationBody = z
  .strictObject({
    action: z.enum(BULK_ACTIONS),
    sources: z.array(sourceRef).min(1).max(MAX_SOURCES).meta({ description: 'Slugs or ids.' }),
    labels: labelChange.optional().meta({ description: 'The labels to change. Required for the action `label`, and not allowed for others.' }),
  })
  .refine(({ action, labels: change }) => (action === 'label') === (change !== undefined), {
    path: ['labels'],
    message: 'belongs to the action label, and is needed there',
  })
  .meta({ id: 'CreateBulkOperation' })

const shape = {
  id: uuid,
  action: z.enum(BULK_ACTIONS),
  labels: z.strictObject({ set: z.record(z.string(), z.string()), remove: z.array(z.string()) }).nullable(),
  actor: z.string(),
  actorName,
  total: z.int().meta({ description: 'Number of sources, without those that were deleted.' }),
  counts: z.record(z.enum(BULK_RESULTS), z.int()).meta({
    description:
      'Number of sources by result. `unchanged`: the source already was as requested. `failed`: the action was refused. `skipped`: the operation was stopped first.',
  }),
  statusesBefore: z.partialRecord(z.enum(SOURCE_STATUSES), z.int()).meta({
    description: 'Number of changed sources by the status they had before. Empty for `label`, and for operations of earlier versions of Inlet.',
  }),
  createdAt: timestamp,
  stoppedAt: timestamp.nullable(),
  doneAt: timestamp.nullable().meta({ description: 'Null while the operation is in progress.' }),
}
export const bulkOperation = z.strictObject(shape).meta({ id: 'BulkOperation', description: 'One action on many sources, and its progress.' })
const newBulkOperation = z
  .strictObject({ ...shape, unknown: z.array(z.string()).meta({ description: 'Requested names that match no source. They are ignored.' }) })
  .meta({ id: 'NewBulkOperation' })

export const bulkItem = z
  .strictObject({
    sourceId: uuid,
    slug: z.string(),
    name: z.string(),
    result: z.enum(BULK_RESULTS),
    statusBefore: z.enum(SOURCE_STATUSES).nullable().meta({
      description: 'The status of the source before it was changed. Null if it was not changed, or only its labels.',
    }),
    reason: z.string().nullable().meta({ description: 'Why it failed, as a code of docs/errors.md.' }),
    message: z.string().nullable(),
    next: z.string().nullable().meta({ description: 'What to do about it.' }),
    runId: uuid.nullable().meta({ description: 'The run that was started.' }),
    doneAt: timestamp.nullable(),
  })
  .meta({ id: 'BulkItem', description: 'The result of a bulk operation for one source.' })

const tag = 'sources'
const params = z.strictObject({ id: uuid })

export const bulkEndpoints = {
  createBulkOperation: defineEndpoint({
    method: 'post',
    path: '/v1/bulk-operations',
    scope: 'write',
    tag,
    summary: 'Run, start, stop, pause, resume or label many sources',
    description: `Answers immediately and works in the background, a few sources at a time, as if each had been requested separately. At most ${MAX_SOURCES} sources. The operation is kept for 30 days.`,
    body: createBulkOperationBody,
    idempotent: true,
    answers: { 202: { description: 'In progress; Location is set.', schema: newBulkOperation } },
    reasons: ['NOT_FOUND', 'SOURCES_IN_FILES', 'LIMIT_REACHED'],
  }),
  listBulkOperations: defineEndpoint({
    method: 'get',
    path: '/v1/bulk-operations',
    scope: 'read',
    tag,
    summary: 'List bulk operations, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page.', schema: pageOf(bulkOperation, 'BulkOperationPage') } },
    reasons: ['INVALID_CURSOR'],
  }),
  getBulkOperation: defineEndpoint({
    method: 'get',
    path: '/v1/bulk-operations/:id',
    scope: 'read',
    tag,
    summary: 'Get a bulk operation and its progress',
    params,
    answers: { 200: { description: 'The operation.', schema: bulkOperation } },
  }),
  listBulkItems: defineEndpoint({
    method: 'get',
    path: '/v1/bulk-operations/:id/items',
    scope: 'read',
    tag,
    summary: 'List the results of a bulk operation, one per source',
    params,
    query: z.strictObject({ ...pageQuery, result: z.enum(BULK_RESULTS).optional() }),
    answers: { 200: { description: 'One page.', schema: pageOf(bulkItem, 'BulkItemPage') } },
    reasons: ['INVALID_CURSOR'],
  }),
  stopBulkOperation: defineEndpoint({
    method: 'post',
    path: '/v1/bulk-operations/:id/stop',
    scope: 'write',
    tag,
    summary: 'Stop a bulk operation',
    description: 'No further sources are processed. What was done stays.',
    params,
    answers: { 200: { description: 'The operation.', schema: bulkOperation } },
  }),
} as const

export type BulkAction = (typeof BULK_ACTIONS)[number]
export type BulkOperationView = z.infer<typeof bulkOperation>
export type NewBulkOperationView = z.infer<typeof newBulkOperation>
export type BulkItemView = z.infer<typeof bulkItem>
