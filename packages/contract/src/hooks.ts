import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { moment, pageOf, pageQuery, plainText, sourceRef, timestamp, uuid } from './primitives.js'

const eventId = z
  .string()
  .regex(/^\d{1,18}$/)
  .meta({ description: 'The id of an event in the inbox.' })

const event = {
  id: eventId,
  eventId: z.string().meta({ description: 'The id that the sender gave it, otherwise a hash of its body.' }),
  eventType: z.string().nullable(),
  state: z
    .enum(['waiting', 'stored'])
    .meta({ description: '`waiting`: no run has read it yet. `stored`: a run has stored it as a record or put it into quarantine.' }),
  size: z.int().meta({ description: 'Size of the body in bytes.' }),
  receivedAt: timestamp,
}

export const pushedEvent = z.strictObject(event).meta({ id: 'PushedEvent', description: 'An event pushed by a sender.' })
export const pushedEventPage = pageOf(pushedEvent, 'PushedEventPage')
export const pushedEventDetail = z
  .strictObject({
    ...event,
    headers: z
      .record(z.string(), z.string())
      .meta({ description: 'The headers needed to read the event. Credentials and signatures are never included.' }),
    body: z.string().meta({ description: 'The body as it was sent.' }),
  })
  .meta({ id: 'PushedEventDetail', description: 'An event with its body.' })

export const hookReceipt = z
  .strictObject({ status: z.enum(['accepted', 'duplicate']), id: eventId })
  .meta({ id: 'HookReceipt', description: 'The event is stored durably. The sender does not need to send it again.' })

export const listHookEventsQuery = z.strictObject({
  ...pageQuery,
  state: event.state.optional(),
  type: plainText(200).optional().meta({ description: 'Only events of this type.' }),
  eventId: plainText(200).optional().meta({ description: 'Only the event to which the sender gave this id.' }),
  from: moment.optional().meta({ description: 'Only events received at or after this time.' }),
  to: moment.optional().meta({ description: 'Only events received before this time.' }),
})

export const replayHooksBody = z
  .strictObject({
    ids: z.array(eventId).min(1).max(1_000).optional().meta({ description: 'Ids of the events to read again.' }),
    from: moment.optional().meta({ description: 'Read events again that were received at or after this time.' }),
    to: moment.optional().meta({ description: 'Read events again that were received before this time.' }),
  })
  .refine(({ ids, from, to }) => ids !== undefined || from !== undefined || to !== undefined, 'name ids, from or to')
  .meta({ id: 'ReplayHooks', description: 'The events to read again. An event must match all given members.' })

export const replayed = z
  .strictObject({
    replayed: z.int().meta({ description: 'Number of stored events that are read again. Events that were waiting anyway are not counted.' }),
    runId: uuid.nullable().meta({ description: 'The run that was started. Null if one is already active, or if the source cannot run.' }),
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
      'Answers once the event is stored durably. Sending the same event again is reported as a duplicate. Senders that show the answer to people (Slack) get an empty body.',
    params,
    rawBody: true,
    answers: {
      200: { description: 'The event is a duplicate, or the request was a check of the address.', schema: hookReceipt },
      202: { description: 'The event is stored durably.', schema: hookReceipt },
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
    summary: 'Answer a hub.challenge check of the address',
    description: 'Works for sources with the secret `verifyToken`.',
    params,
    answers: { 200: { description: 'The challenge.', schema: z.string(), contentType: 'text/plain' } },
    reasons: ['SIGNATURE_INVALID', 'METHOD_NOT_ALLOWED', 'TOO_MANY_REQUESTS', 'DATABASE_UNAVAILABLE'],
  }),
  listHookEvents: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/hooks',
    scope: 'read',
    tag,
    summary: 'List the events pushed to a source, newest first',
    description: 'Events are kept for seven days after they were stored.',
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
    summary: 'Read stored events again',
    description: 'Use it, for example, after correcting a mapping. Records keep their identity, so nothing is stored twice.',
    params,
    body: replayHooksBody,
    idempotent: true,
    answers: { 202: { description: 'The events will be read again.', schema: replayed } },
  }),
} as const

export type PushedEventView = z.infer<typeof pushedEvent>
export type PushedEventDetailView = z.infer<typeof pushedEventDetail>
export type PushedEventPage = z.infer<typeof pushedEventPage>
export type HookReplay = z.infer<typeof replayed>
