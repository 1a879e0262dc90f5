import { RECORD_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { plainText, queryInt, queryList, slugOfSource, sourceRef, timestamp, uuid } from './primitives.js'
import { recordHit } from './records.js'

export const CHANGE_OPS = ['upsert', 'delete', 'source_deleted'] as const

export const change = z
  .strictObject({
    op: z.enum(CHANGE_OPS).meta({ description: '`source_deleted`: the source was deleted with all its records.' }),
    at: timestamp.meta({ description: 'When the record was read or deleted. For `source_deleted`: when the deletion began.' }),
    sourceId: uuid,
    source: slugOfSource.nullable().meta({ description: 'The slug of the source; for `source_deleted`, the one it had. Null if that is not known.' }),
    id: z.string().nullable().meta({ description: 'Of the record. Null for `source_deleted`.' }),
    stream: z.string().nullable(),
    key: z.string().nullable(),
    record: recordHit.nullable().meta({ description: 'The record as it is now. Null unless `op` is `upsert`.' }),
  })
  .meta({ id: 'Change', description: 'A record that was inserted, updated or deleted.' })

export const changePage = z
  .strictObject({
    items: z.array(change),
    nextToken: z.string().meta({ description: 'Pass it as `after` to get the next changes. It is also set when there are no items.' }),
    more: z.boolean().meta({ description: 'Whether more changes may be available now.' }),
  })
  .meta({ id: 'ChangePage', description: 'Changes in the order of the transactions that wrote them.' })

export const MAX_CHANGES = 10_000

export const listChangesQuery = z.strictObject({
  after: z.string().min(1).max(500).optional().meta({
    description:
      '`nextToken` of the previous answer, or `now` to get only changes from now on. Without it, the feed begins with everything stored, including deleted records.',
  }),
  source: queryList(sourceRef, { max: 50, description: 'Only these sources (slug or id). May be repeated.' }),
  stream: plainText(200).optional().meta({ description: 'Only records of streams with this name.' }),
  kind: z.enum(RECORD_KINDS).optional(),
  fields: queryList(plainText(300), {
    max: 50,
    description: 'What to include besides the small members of `data`: `data` (all of it), `data.name`, `text`. Default: `data` and `text`.',
  }),
  limit: queryInt({ min: 1, max: MAX_CHANGES, default: 500, description: 'Maximum number of changes.' }),
  wait: queryInt({ min: 0, max: 60, default: 0, description: 'Seconds to wait for a change if there is none.' }),
})

export const changeEndpoints = {
  listChanges: defineEndpoint({
    method: 'get',
    path: '/v1/changes',
    scope: 'read',
    tag: 'records',
    summary: 'Follow changes to records',
    description:
      'Each change is delivered at least once. If a record changed several times, only its latest state is delivered. Save `nextToken` after you have processed the items. With `Accept: text/event-stream`, the changes come as server-sent events whose id is the token; reconnect with Last-Event-ID. A token is valid for INLET_CHANGES_DAYS. After that the answer is 410; begin again without a token.',
    query: listChangesQuery,
    answers: { 200: { description: 'Changes, or a stream of them.', schema: changePage } },
    reasons: ['INVALID_CURSOR', 'TOKEN_EXPIRED', 'TOO_MANY_REQUESTS'],
  }),
} as const

export type ChangeView = z.infer<typeof change>
export type ChangePageView = z.infer<typeof changePage>
export type ListChangesQuery = z.output<typeof listChangesQuery>
