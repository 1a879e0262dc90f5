import { RECORD_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { duration, moment, pageQuery, plainText, queryInt, queryList, sourceRef, timestamp, uuid } from './primitives.js'

const shape = {
  id: z.string().meta({ description: 'Stable for (source, stream, key).' }),
  stream: z.string(),
  key: z.string(),
  kind: z.enum(RECORD_KINDS),
  title: z.string().nullable(),
  url: z.string().nullable(),
  occurredAt: timestamp.nullable(),
  createdAt: timestamp,
  deletedAt: timestamp.nullable(),
  provenance: z
    .strictObject({
      sourceId: uuid,
      source: z.string().meta({ description: 'The name of the source.' }),
      runId: uuid,
      version: z.int().meta({ description: 'The version of the config it was read with.' }),
      fetchedAt: timestamp,
    })
    .meta({ id: 'Provenance', description: 'Where a record comes from.' }),
  data: z.unknown().meta({ description: 'The record as the source has it; numbers keep all their digits.' }),
}

export const recordSummary = z.strictObject(shape).meta({ id: 'RecordSummary', description: 'A stored record without its text.' })
export const recordDetail = z
  .strictObject({ ...shape, text: z.string().nullable(), contentHash: z.string() })
  .meta({ id: 'Record', description: 'A stored record.' })
export const recordHit = z
  .strictObject({
    ...shape,
    score: z.number().optional().meta({ description: 'Rank of a search hit; absent without q.' }),
    snippet: z.string().nullable().optional().meta({ description: 'Where the words stand, matches between ** and **.' }),
  })
  .meta({ id: 'RecordHit', description: 'A record of a list or a search.' })

const freshness = z
  .strictObject({
    sourceId: uuid,
    source: z.string(),
    fresh: z.boolean(),
    lastSuccessAt: timestamp.nullable(),
    runId: uuid.nullable().meta({ description: 'The run that was started or awaited.' }),
    because: z.string().nullable().meta({ description: 'Why it is not fresh.' }),
  })
  .meta({ id: 'Freshness', description: 'Whether a source was read recently enough.' })

export const recordPage = z
  .strictObject({
    items: z.array(recordHit),
    nextCursor: z.string().nullable(),
    truncated: z.boolean().optional().meta({ description: 'More records match than are ranked (10,000); narrow the search.' }),
    freshness: z
      .array(freshness)
      .optional()
      .meta({ description: 'With ensureFresh: one entry for each source in scope that was not fresh at first.' }),
  })
  .meta({ id: 'RecordPage', description: 'One page of records.' })

export const listRecordsQuery = z.strictObject({
  ...pageQuery,
  q: plainText(1_000).optional().meta({ description: 'Words to search; "phrases", or, -not. Answers are ranked.', example: 'rate limit -github' }),
  source: queryList(sourceRef, { max: 50, description: 'Only these sources (id or slug); may be repeated.' }),
  stream: plainText(200).optional(),
  kind: z.enum(RECORD_KINDS).optional(),
  since: moment.optional().meta({ description: 'Only records fetched at or after this moment.' }),
  deleted: z.enum(['exclude', 'include', 'only']).default('exclude'),
  ensureFresh: duration.optional().meta({
    description:
      'First start a run of each source in scope whose last success is older, e.g. 15m, and wait for it: at most 50 of them. Starting runs needs a key with the scope write.',
  }),
  wait: queryInt({ min: 0, max: 120, default: 30, description: 'How many seconds to wait for those runs at most.' }),
})

const tag = 'records'

export const recordEndpoints = {
  listRecords: defineEndpoint({
    method: 'get',
    path: '/v1/records',
    scope: 'read',
    tag,
    summary: 'Search records (with q), or list them newest first',
    query: listRecordsQuery,
    answers: { 200: { description: 'One page.', schema: recordPage } },
    reasons: ['INVALID_CURSOR', 'FORBIDDEN'],
  }),
  getRecord: defineEndpoint({
    method: 'get',
    path: '/v1/records/:id',
    scope: 'read',
    tag,
    summary: 'Get a record with its text',
    params: z.strictObject({ id: z.string().regex(/^\d{1,9}-[0-9a-f]{64}$/) }),
    answers: { 200: { description: 'The record.', schema: recordDetail } },
  }),
} as const

export type RecordHit = z.infer<typeof recordHit>
export type RecordDetail = z.infer<typeof recordDetail>
export type RecordPage = z.infer<typeof recordPage>
export type FreshnessView = z.infer<typeof freshness>
export type ListRecordsQuery = z.output<typeof listRecordsQuery>
