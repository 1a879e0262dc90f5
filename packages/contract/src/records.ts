import { RECORD_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { duration, moment, optionalQueryInt, pageQuery, plainText, queryFlag, queryInt, queryList, sourceRef, timestamp, uuid } from './primitives.js'

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

const headings = z.array(z.string()).meta({ description: 'The headings it stands under, the outermost first.' })
const offset = z.int().min(0)

const citation = z
  .strictObject({
    ordinal: offset.meta({ description: 'Place in the record, from 0; see /v1/records/{id}/chunks.' }),
    start: offset.meta({ description: 'Where it begins in the text of the record, in characters.' }),
    end: offset,
    headings,
    score: z.number(),
    snippet: z.string().nullable().meta({ description: 'Where the words stand, matches between ** and **.' }),
  })
  .meta({ id: 'Citation', description: 'A part of a record that answers the question.' })

const shownData = z.array(z.string()).optional().meta({ description: 'Bulky members of data that are left out; ask for them with fields=data.name.' })

export const recordSummary = z.strictObject(shape).meta({ id: 'RecordSummary', description: 'A stored record without its text.' })
export const recordDetail = z
  .strictObject({ ...shape, text: z.string().nullable(), contentHash: z.string() })
  .meta({ id: 'Record', description: 'A stored record.' })
export const recordHit = z
  .strictObject({
    ...shape,
    omitted: shownData,
    text: z.string().nullable().optional().meta({ description: 'With fields=text.' }),
    score: z.number().optional().meta({ description: 'Rank of a search hit; absent without q.' }),
    matchedBy: z
      .array(z.enum(['lexical', 'vector']))
      .optional()
      .meta({ description: 'What found it: words, or vectors; absent without q.' }),
    similarity: z.number().optional().meta({ description: 'How close its closest part is to the question (cosine), where vectors found it.' }),
    snippet: z.string().nullable().optional().meta({ description: 'Where the words stand, matches between ** and **.' }),
    chunks: z.array(citation).optional().meta({ description: 'The best parts of the record, the best first; absent without q.' }),
    why: z
      .array(z.strictObject({ word: z.string(), weight: z.number() }))
      .optional()
      .meta({ description: 'With explain=true: what each word adds to the score of the best part, the most first.' }),
  })
  .meta({ id: 'RecordHit', description: 'A record of a list or a search.' })

export const recordChunk = z
  .strictObject({ ordinal: offset, start: offset, end: offset, headings, text: z.string() })
  .meta({ id: 'RecordChunk', description: 'A part of a record that can be read and cited by itself.' })

export const recordChunks = z
  .strictObject({
    recordId: z.string(),
    total: z.int().meta({ description: 'How many chunks the record has.' }),
    items: z.array(recordChunk),
  })
  .meta({ id: 'RecordChunks', description: 'Chunks of a record that stand side by side.' })

const facet = z
  .strictObject({
    field: z.string(),
    values: z.array(z.strictObject({ value: z.string(), count: z.int() })).meta({ description: 'The most frequent first, 50 at most.' }),
    more: z.boolean().meta({ description: 'Whether there are more values.' }),
  })
  .meta({ id: 'Facet', description: 'How many of the records have each value of a field.' })

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

const indexLag = z
  .strictObject({
    pending: z.int().meta({ description: 'Records that were stored or changed and are not found, or found as they were before.' }),
    oldestSeconds: z.number().nullable().meta({ description: 'How long the oldest of them has waited.' }),
    failed: z.int().meta({ description: 'Records that cannot be indexed; the log of the scribe says why.' }),
  })
  .meta({ id: 'IndexLag', description: 'How far the search index is behind what is stored.' })

const searched = z
  .strictObject({
    mode: z.enum(['lexical', 'vector', 'hybrid']).meta({ description: 'What looked for the hits: words, vectors, or both.' }),
    fellBack: z.string().nullable().meta({ description: 'Why words alone did, where vectors were to.' }),
    reranked: z.boolean().meta({ description: 'Whether an endpoint for that has ordered the best hits again.' }),
    vectorCoverage: z.number().nullable().meta({ description: 'The share of the records that have vectors; null without an active generation.' }),
  })
  .meta({ id: 'Searched', description: 'How a question was answered.' })

export const recordPage = z
  .strictObject({
    items: z.array(recordHit),
    nextCursor: z.string().nullable(),
    search: searched.optional().meta({ description: 'With q: how it was answered.' }),
    truncated: z.boolean().optional().meta({ description: 'More records match than the 10,000 best, which are all that pages and facets reach.' }),
    relaxed: z.boolean().optional().meta({ description: 'No record meets the phrases and +words of the question: these come closest, on one page.' }),
    ignoredWords: z.int().optional().meta({ description: 'Words of the question that were not searched because it has so many (160 are).' }),
    facets: z.array(facet).optional().meta({ description: 'With facets: over the records that match, not over this page.' }),
    index: indexLag.optional().meta({ description: 'With q: how far the search index is behind what is stored; absent when it is not.' }),
    freshness: z
      .array(freshness)
      .optional()
      .meta({ description: 'With ensureFresh: one entry for each source in scope that was not fresh at first.' }),
  })
  .meta({ id: 'RecordPage', description: 'One page of records.' })

const conditions = queryList(plainText(2_000), {
  max: 20,
  description:
    'Conditions on data, all must hold: data.status:open, data.status:open,closed (one of them), data.status!:open (not), data.price>=10, data.note:* (is there), data.address.city:Berlin.',
})

const LABEL = /^[^:\0]+:[^\0]*$/

export const listRecordsQuery = z.strictObject({
  ...pageQuery,
  q: plainText(10_000).optional().meta({
    description: 'A question or words; answers are ranked. "phrases" and +words must be there, -words must not, a OR b asks for one of them.',
    example: 'how do I rotate the "encryption key"',
  }),
  mode: z.enum(['auto', 'lexical', 'vector', 'hybrid']).default('auto').meta({
    description:
      'With q: what looks for hits. lexical: words. vector: the vectors of the active generation. hybrid: both. auto: both where a generation is active and has the vectors of nearly all records, else words.',
  }),
  generation: uuid.optional().meta({ description: 'With q: this generation of vectors instead of the active one, e.g. to evaluate it.' }),
  source: queryList(sourceRef, { max: 50, description: 'Only these sources (id or slug); may be repeated.' }),
  connector: plainText(100).optional().meta({ description: 'Only sources of this connector.' }),
  label: queryList(z.string().max(320).regex(LABEL, 'must be name:value'), {
    max: 10,
    description: 'Only sources with the label name:value; repeated, all must match.',
  }),
  stream: plainText(200).optional(),
  kind: z.enum(RECORD_KINDS).optional(),
  since: moment.optional().meta({ description: 'Only records fetched at or after this moment; the same as fetchedAfter.' }),
  fetchedAfter: moment.optional().meta({ description: 'Only records fetched at or after this moment.' }),
  fetchedBefore: moment.optional().meta({ description: 'Only records fetched before this moment.' }),
  occurredAfter: moment.optional().meta({ description: 'Only records whose own time is this moment or later.' }),
  occurredBefore: moment.optional().meta({ description: 'Only records whose own time is before this moment.' }),
  where: conditions,
  deleted: z.enum(['exclude', 'include', 'only']).default('exclude'),
  sort: z.enum(['relevance', 'occurredAt', 'fetchedAt']).optional().meta({
    description:
      'Default: relevance with q, else fetchedAt. By time: the latest first, with q the 1,000 most relevant only; occurredAt leaves out records without a time.',
  }),
  recency: duration
    .optional()
    .meta({ description: 'With q: newer records first among equals; one that is this much older counts a quarter less, at most half.' }),
  facets: queryList(plainText(300), { max: 8, description: 'Count the values of source, connector, stream, kind or data.name; may be repeated.' }),
  fields: queryList(plainText(300), {
    max: 50,
    description: 'Show what is left out by default: data (all of it), data.name, text. May be repeated.',
  }),
  snippets: queryFlag('Show where the words stand (default true).', true),
  explain: queryFlag('Say what each word adds to the score.'),
  ensureFresh: duration.optional().meta({
    description:
      'First start a run of each source in scope whose last success is older, e.g. 15m, and wait for it: at most 50 of them. Starting runs needs a key with the scope write.',
  }),
  wait: queryInt({ min: 0, max: 120, default: 30, description: 'How many seconds to wait for those runs at most.' }),
})

export const listChunksQuery = z.strictObject({
  around: optionalQueryInt({ min: 0, max: 16_383, description: 'The chunk in the middle; without it the first ones.' }),
  limit: queryInt({ min: 1, max: 50, default: 5, description: 'How many chunks at most.' }),
})

const recordParams = z.strictObject({ id: z.string().regex(/^\d{1,9}-[0-9a-f]{64}$/) })

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
    params: recordParams,
    answers: { 200: { description: 'The record.', schema: recordDetail } },
  }),
  listRecordChunks: defineEndpoint({
    method: 'get',
    path: '/v1/records/:id/chunks',
    scope: 'read',
    tag,
    summary: 'Read parts of a record, for instance those around a citation',
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
