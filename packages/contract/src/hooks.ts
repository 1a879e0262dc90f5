import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { moment, pageOf, pageQuery, plainText, sourceRef, timestamp, uuid } from './primitives.js'

const eventId = z
  .string()
  .regex(/^\d{1,18}$/)
  .meta({ description: 'The id of an event in the inbox.' })

const event = {
  id: eventId,
  eventId: z.string().meta({ description: 'What the sender calls it; else a hash of its body.' }),
  eventType: z.string().nullable(),
  state: z.enum(['waiting', 'stored']).meta({ description: 'stored: a run has taken it, into the records or into quarantine.' }),
  size: z.int().meta({ description: 'Bytes of the body.' }),
  receivedAt: timestamp,
}

export const pushedEvent = z.strictObject(event).meta({ id: 'PushedEvent', description: 'An event that a sender pushed.' })
export const pushedEventPage = pageOf(pushedEvent, 'PushedEventPage')
export const pushedEventDetail = z
  .strictObject({
    ...event,
    headers: z.record(z.string(), z.string()).meta({ description: 'Those that reading it needs; never credentials or signatures.' }),
    body: z.string().meta({ description: 'As it was sent.' }),
  })
  .meta({ id: 'PushedEventDetail', description: 'An event with its body.' })

export const hookReceipt = z
  .strictObject({ status: z.enum(['accepted', 'duplicate']), id: eventId })
  .meta({ id: 'HookReceipt', description: 'Durable: the sender need not send it again.' })

export const listHookEventsQuery = z.strictObject({
  ...pageQuery,
  state: event.state.optional(),
  type: plainText(200).optional().meta({ description: 'Only events of this type.' }),
  eventId: plainText(200).optional().meta({ description: 'Only the event the sender calls so.' }),
  from: moment.optional().meta({ description: 'Received then or later.' }),
  to: moment.optional().meta({ description: 'Received before.' }),
})

export const replayHooksBody = z
  .strictObject({
    ids: z.array(eventId).min(1).max(1_000).optional().meta({ description: 'These events.' }),
    from: moment.optional().meta({ description: 'Events received then or later.' }),
    to: moment.optional().meta({ description: 'Events received before.' }),
  })
  .refine(({ ids, from, to }) => ids !== undefined || from !== undefined || to !== undefined, 'name ids, from or to')
  .meta({ id: 'ReplayHooks', description: 'Which events to read once more; what is given must all hold.' })

export const replayed = z
  .strictObject({
    replayed: z.int().meta({ description: 'How many stored events are read once more; those that wait anyway are not counted.' }),
    runId: uuid.nullable().meta({ description: 'The run that was started; null when one is active already, or none can be.' }),
  })
  .meta({ id: 'HookReplay' })

const tag = 'hooks'
const params = z.strictObject({ id: sourceRef })

export const hookEndpoints = {
  receiveHook: defineEndpoint({
    method: 'post',
    path: '/v1/hooks/:id',
    scope: 'signature',
    tag,
    summary: 'Push an event to a source',
    description:
      'Answered when the event is durable. The same event again is a duplicate. Senders that show the answer to people (Slack) get an empty one.',
    params,
    rawBody: true,
    answers: {
      200: { description: 'A duplicate, or the answer to a check of the address.', schema: hookReceipt },
      202: { description: 'Accepted and durable.', schema: hookReceipt },
    },
    reasons: [
      'BODY_TOO_SLOW',
      'TOO_MANY_REQUESTS',
      'SIGNATURE_INVALID',
      'MALFORMED_JSON',
      'UNSUPPORTED_MEDIA_TYPE',
      'PAYLOAD_TOO_LARGE',
      'EVENT_ID_REUSED',
      'HOOK_PAUSED',
      'INBOX_FULL',
      'TOO_MANY_REQUESTS',
      'DATABASE_UNAVAILABLE',
    ],
  }),
  verifyHook: defineEndpoint({
    method: 'get',
    path: '/v1/hooks/:id',
    scope: 'signature',
    tag,
    summary: 'Answer a check of the address by hub.challenge',
    description: 'For sources with the secret verifyToken.',
    params,
    answers: { 200: { description: 'The challenge.', schema: z.string(), contentType: 'text/plain' } },
    reasons: ['SIGNATURE_INVALID', 'METHOD_NOT_ALLOWED', 'TOO_MANY_REQUESTS', 'DATABASE_UNAVAILABLE'],
  }),
  listHookEvents: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/hooks',
    scope: 'read',
    tag,
    summary: 'List the events that were pushed to a source, newest first',
    description: 'They are kept for seven days after they were stored.',
    params,
    query: listHookEventsQuery,
    answers: { 200: { description: 'One page.', schema: pushedEventPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  getHookEvent: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/hooks/:event',
    scope: 'admin',
    tag,
    summary: 'Get a pushed event with its body',
    params: z.strictObject({ id: sourceRef, event: eventId }),
    answers: { 200: { description: 'The event.', schema: pushedEventDetail } },
  }),
  replayHooks: defineEndpoint({
    method: 'post',
    path: '/v1/sources/:id/hooks/replay',
    scope: 'write',
    tag,
    summary: 'Read stored events once more',
    description: 'For example with a corrected mapping. Records have identities: nothing is doubled.',
    params,
    body: replayHooksBody,
    idempotent: true,
    answers: { 202: { description: 'They wait to be read.', schema: replayed } },
  }),
} as const

export type PushedEventView = z.infer<typeof pushedEvent>
export type PushedEventDetailView = z.infer<typeof pushedEventDetail>
export type PushedEventPage = z.infer<typeof pushedEventPage>
export type HookReplay = z.infer<typeof replayed>
