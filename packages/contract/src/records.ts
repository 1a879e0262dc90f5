import { RECORD_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import {
  duration,
  moment,
  optionalQueryInt,
  pageQuery,
  plainText,
  queryFlag,
  queryInt,
  queryList,
  slugOfSource,
  sourceRef,
  timestamp,
  uuid,
} from './primitives.js'

const shape = {
  id: z.string().meta({ description: 'The id of the record. It stays the same for (source, stream, key).' }),
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
      slug: slugOfSource,
      source: z.string().meta({ description: 'The name of the source.' }),
      runId: uuid,
      version: z.int().meta({ description: 'The version of the settings it was read with.' }),
      fetchedAt: timestamp,
    })
    .meta({ id: 'Provenance', description: 'Where and when a record was read.' }),
  data: z.unknown().meta({ description: 'The record as the source has it; numbers keep all their digits.' }),
}

const headings = z.array(z.string()).meta({ description: 'The headings above it, outermost first.' })
const offset = z.int().min(0)

const citation = z
  .strictObject({
    ordinal: offset.meta({ description: 'The number of the chunk within the record, from 0. See /v1/records/{id}/chunks.' }),
    start: offset.meta({ description: 'Start of the chunk in the text of the record, in characters.' }),
    end: offset,
    headings,
    score: z.number(),
    snippet: z.string().nullable().meta({ description: 'The passage that matches, with matches between `**`.' }),
  })
  .meta({ id: 'Citation', description: 'A part of a record that answers the question.' })

const shownData = z
  .array(z.string())
  .optional()
  .meta({ description: 'Large members of `data` that were left out. Request them with `fields=data.name`.' })

export const recordSummary = z.strictObject(shape).meta({ id: 'RecordSummary', description: 'A stored record, without its text.' })
export const recordDetail = z
  .strictObject({ ...shape, text: z.string().nullable(), contentHash: z.string() })
  .meta({ id: 'Record', description: 'A stored record.' })
export const recordHit = z
  .strictObject({
    ...shape,
    omitted: shownData,
    text: z.string().nullable().optional().meta({ description: 'The text. Only with `fields=text`.' }),
    score: z.number().optional().meta({ description: 'How well the record matches the question. Absent without `q`.' }),
    matchedBy: z
      .array(z.enum(['lexical', 'vector']))
      .optional()
      .meta({ description: 'What found the record: words, vectors or both. Absent without `q`.' }),
    similarity: z.number().optional().meta({ description: 'Cosine similarity of the closest part to the question, if vectors found the record.' }),
    snippet: z.string().nullable().optional().meta({ description: 'The passage that matches, with matches between `**`.' }),
    chunks: z.array(citation).optional().meta({ description: 'The parts of the record that match best, best first. Absent without `q`.' }),
    why: z
      .array(z.strictObject({ word: z.string(), weight: z.number() }))
      .optional()
      .meta({ description: 'With `explain=true`: what each word adds to the score of the best part, largest first.' }),
  })
  .meta({ id: 'RecordHit', description: 'A record in a list or search result.' })

export const recordChunk = z
  .strictObject({ ordinal: offset, start: offset, end: offset, headings, text: z.string() })
  .meta({ id: 'RecordChunk', description: 'A part of a record that can be read and cited on its own.' })

export const recordChunks = z
  .strictObject({
    recordId: z.string(),
    total: z.int().meta({ description: 'Number of chunks of the record.' }),
    items: z.array(recordChunk),
  })
  .meta({ id: 'RecordChunks', description: 'Consecutive chunks of a record.' })

const facet = z
  .strictObject({
    field: z.string(),
    values: z.array(z.strictObject({ value: z.string(), count: z.int() })).meta({ description: 'Most frequent first, at most 50.' }),
    more: z.boolean().meta({ description: 'Whether there are more values.' }),
  })
  .meta({ id: 'Facet', description: 'Number of records for each value of a field.' })

const freshness = z
  .strictObject({
    sourceId: uuid,
    source: z.string(),
    fresh: z.boolean(),
    lastSuccessAt: timestamp.nullable(),
    runId: uuid.nullable().meta({ description: 'The run that was started or waited for.' }),
    because: z.string().nullable().meta({ description: 'Why the source is not fresh.' }),
  })
  .meta({ id: 'EnsuredFreshness', description: 'Whether a source was read recently enough for the request.' })

const indexLag = z
  .strictObject({
    pending: z.int().meta({
      description: 'Number of stored or changed records that are not indexed yet: search does not find them, or finds their previous content.',
    }),
    oldestSeconds: z.number().nullable().meta({ description: 'How long the oldest of them has been waiting.' }),
    failed: z.int().meta({
      description: 'Number of records that could not be indexed. They are tried again ever more rarely; `why` of their source says what went wrong.',
    }),
  })
  .meta({ id: 'IndexLag', description: 'How far the search index is behind the store.' })

const searched = z
  .strictObject({
    mode: z.enum(['lexical', 'vector', 'hybrid']).meta({ description: 'What searched: words, vectors or both.' }),
    fellBack: z.string().nullable().meta({ description: 'Why only words were used although vectors were requested.' }),
    reranked: z.boolean().meta({ description: 'Whether an endpoint reordered the best hits.' }),
    vectorCoverage: z
      .number()
      .nullable()
      .meta({ description: 'Share of the records that have vectors, from 0 to 1. Null without an active generation.' }),
  })
  .meta({ id: 'Searched', description: 'How a question was answered.' })

export const recordPage = z
  .strictObject({
    items: z.array(recordHit),
    nextCursor: z.string().nullable(),
    search: searched.optional().meta({ description: 'With `q`: how the question was answered.' }),
    truncated: z.boolean().optional().meta({ description: 'Whether more than 10,000 records match. Pages and facets cover the 10,000 best.' }),
    relaxed: z
      .boolean()
      .optional()
      .meta({ description: 'Whether no record meets the phrases and +words of the question. The closest records are shown instead, on one page.' }),
    ignoredWords: z.int().optional().meta({ description: 'Words of the question that were ignored because it has more than 160.' }),
    facets: z.array(facet).optional().meta({ description: 'With `facets`: counts over all matching records, not only this page.' }),
    index: indexLag.optional().meta({ description: 'With `q`: how far the search index is behind the store. Absent if it is up to date.' }),
    freshness: z
      .array(freshness)
      .optional()
      .meta({ description: 'With `ensureFresh`: one entry for each source in scope that was not fresh when the request came.' }),
  })
  .meta({ id: 'RecordPage', description: 'One page of records.' })

const conditions = queryList(plainText(2_000), {
  max: 20,
  description:
    'Conditions on `data`; all must be met. Examples: `data.status:open`, `data.status:open,closed` (one of them), `data.status!:open` (not), `data.price>=10`, `data.note:*` (exists), `data.address.city:Berlin`.',
})

const LABEL = /^[^:\0]+:[^\0]*$/

export const listRecordsQuery = z.strictObject({
  ...pageQuery,
  q: plainText(10_000).optional().meta({
    description:
      'A question or words to search for. Results are ranked. "phrases" and +words must occur, -words must not, and `a OR b` matches either.',
    example: 'how do I rotate the "encryption key"',
  }),
  mode: z.enum(['auto', 'lexical', 'vector', 'hybrid']).default('auto').meta({
    description:
      'With `q`: what to search with. `lexical`: words. `vector`: the vectors of the active generation. `hybrid`: both. `auto`: both if a generation is active and has vectors of nearly all records, otherwise words.',
  }),
  generation: uuid
    .optional()
    .meta({ description: 'With `q`: use this generation of vectors instead of the active one, for example to evaluate it.' }),
  source: queryList(sourceRef, { max: 50, description: 'Only these sources (slug or id). May be repeated.' }),
  connector: plainText(100).optional().meta({ description: 'Only sources of this connector.' }),
  label: queryList(z.string().max(320).regex(LABEL, 'must be name:value'), {
    max: 10,
    description: 'Only sources with this label, as `name:value`. If repeated, all must match.',
  }),
  stream: plainText(200).optional(),
  kind: z.enum(RECORD_KINDS).optional(),
  since: moment.optional().meta({ description: 'The same as `fetchedAfter`.' }),
  fetchedAfter: moment.optional().meta({ description: 'Only records fetched at or after this time.' }),
  fetchedBefore: moment.optional().meta({ description: 'Only records fetched before this time.' }),
  occurredAfter: moment.optional().meta({ description: 'Only records whose `occurredAt` is at or after this time.' }),
  occurredBefore: moment.optional().meta({ description: 'Only records whose `occurredAt` is before this time.' }),
  where: conditions,
  deleted: z.enum(['exclude', 'include', 'only']).default('exclude'),
  sort: z.enum(['relevance', 'occurredAt', 'fetchedAt']).optional().meta({
    description:
      'Default: `relevance` with `q`, otherwise `fetchedAt`. Times are sorted latest first; with `q`, only the 1,000 most relevant records are sorted. `occurredAt` leaves out records without a time.',
  }),
  recency: duration.optional().meta({
    description: 'With `q`: rank newer records higher. A record older by this duration counts a quarter less; the reduction is at most half.',
  }),
  facets: queryList(plainText(300), {
    max: 8,
    description: 'Count the values of `source`, `connector`, `stream`, `kind` or `data.name`. May be repeated.',
  }),
  fields: queryList(plainText(300), {
    max: 50,
    description: 'Include what is left out by default: `data` (all of it), `data.name`, `text`. May be repeated.',
  }),
  snippets: queryFlag('Whether to return snippets. Default: true.', true),
  explain: queryFlag('Whether to return what each word adds to the score.'),
  ensureFresh: duration.optional().meta({
    description:
      'First run each source in scope whose last success is older than this, such as `15m`, and wait for the runs. At most 50 sources. Starting runs requires the scope write.',
  }),
  wait: queryInt({ min: 0, max: 120, default: 30, description: 'Maximum number of seconds to wait for those runs.' }),
})

export const listChunksQuery = z.strictObject({
  around: optionalQueryInt({ min: 0, max: 16_383, description: 'The chunk to center on. Default: start with the first chunk.' }),
  limit: queryInt({ min: 1, max: 50, default: 5, description: 'Maximum number of chunks.' }),
})

const recordParams = z.strictObject({ id: z.string().regex(/^\d{1,9}-[0-9a-f]{64}$/) })

const tag = 'records'

export const recordEndpoints = {
  listRecords: defineEndpoint({
    method: 'get',
    path: '/v1/records',
    scope: 'read',
    tag,
    summary: 'Search records, or list them newest first',
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
    params: recordParams,
    answers: { 200: { description: 'The record.', schema: recordDetail } },
  }),
  listRecordChunks: defineEndpoint({
    method: 'get',
    path: '/v1/records/:id/chunks',
    scope: 'read',
    tag,
    summary: 'Read chunks of a record, such as those around a citation',
    params: recordParams,
    query: listChunksQuery,
    answers: { 200: { description: 'The chunks.', schema: recordChunks } },
  }),
} as const

export type RecordSummary = z.infer<typeof recordSummary>
export type RecordHit = z.infer<typeof recordHit>
export type RecordDetail = z.infer<typeof recordDetail>
export type RecordChunksView = z.infer<typeof recordChunks>
export type RecordPage = z.infer<typeof recordPage>
export type FreshnessView = z.infer<typeof freshness>
export type ListRecordsQuery = z.output<typeof listRecordsQuery>
