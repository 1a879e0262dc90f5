import { RECORD_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { plainText, queryInt, queryList, sourceRef, timestamp, uuid } from './primitives.js'
import { recordHit } from './records.js'

export const CHANGE_OPS = ['upsert', 'delete', 'source_deleted'] as const

export const change = z
  .strictObject({
    op: z.enum(CHANGE_OPS).meta({ description: 'source_deleted: the source is gone with all its records.' }),
    at: timestamp.meta({ description: 'When the record was read or deleted; of source_deleted, when its deletion began.' }),
    sourceId: uuid,
    id: z.string().nullable().meta({ description: 'Of the record; null with source_deleted.' }),
    stream: z.string().nullable(),
    key: z.string().nullable(),
    record: recordHit.nullable().meta({ description: 'The record as it is now; null unless op is upsert.' }),
  })
  .meta({ id: 'Change', description: 'A record that was stored, changed or deleted.' })

export const changePage = z
  .strictObject({
    items: z.array(change),
    nextToken: z.string().meta({ description: 'To ask for what comes after, also when there are no items.' }),
    more: z.boolean().meta({ description: 'Whether there may be more at once.' }),
  })
  .meta({ id: 'ChangePage', description: 'Changes in the order of the transactions that wrote them.' })

export const MAX_CHANGES = 10_000

export const listChangesQuery = z.strictObject({
  after: z.string().min(1).max(500).optional().meta({
    description:
      'nextToken of the answer before, or `now` for what changes from now on. Without it the feed begins with everything that is stored, deleted records included.',
  }),
  source: queryList(sourceRef, { max: 50, description: 'Only these sources (id or slug); may be repeated.' }),
  stream: plainText(200).optional().meta({ description: 'Only records of streams with this name.' }),
  kind: z.enum(RECORD_KINDS).optional(),
  fields: queryList(plainText(300), {
    max: 50,
    description: 'What is shown besides the small members of data: data (all of it), data.name, text. Default: data and text.',
  }),
  limit: queryInt({ min: 1, max: MAX_CHANGES, default: 500, description: 'How many changes at most.' }),
  wait: queryInt({ min: 0, max: 60, default: 0, description: 'How many seconds to wait for a change when there is none.' }),
})

export const changeEndpoints = {
  listChanges: defineEndpoint({
    method: 'get',
    path: '/v1/changes',
    scope: 'read',
    tag: 'records',
    summary: 'Follow what is stored, changed and deleted',
    description:
      'Each change comes at least once; of a record that changed several times, the latest does. Save nextToken after what was read is safe with you. With Accept: text/event-stream the same as server-sent events, each with its token as id: reconnect with Last-Event-ID. Tokens work for INLET_CHANGES_DAYS, then 410: begin again without one.',
    query: listChangesQuery,
    answers: { 200: { description: 'Changes, or a stream of them.', schema: changePage } },
    reasons: ['INVALID_CURSOR', 'TOKEN_EXPIRED', 'TOO_MANY_REQUESTS'],
  }),
} as const

export type ChangeView = z.infer<typeof change>
export type ChangePageView = z.infer<typeof changePage>
export type ListChangesQuery = z.output<typeof listChangesQuery>
