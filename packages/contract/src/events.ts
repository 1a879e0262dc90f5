import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, sourceRef, timestamp, uuid } from './primitives.js'

export const EVENT_LEVELS = ['debug', 'info', 'warn', 'error'] as const

export const event = z
  .strictObject({
    id: z.string().meta({ description: 'A growing number.' }),
    sourceId: uuid.nullable(),
    runId: uuid.nullable(),
    type: z.string(),
    level: z.enum(EVENT_LEVELS),
    message: z.string(),
    data: z.record(z.string(), z.unknown()),
    at: timestamp,
  })
  .meta({ id: 'Event', description: 'Something that happened.' })
export const eventPage = pageOf(event, 'EventPage')

const filters = {
  source: sourceRef.optional(),
  type: z.string().min(1).max(100).optional(),
  level: z.enum(EVENT_LEVELS).optional().meta({ description: 'Only events of this level.' }),
}

const eventId = z.string().regex(/^\d{1,18}$/, 'must be the id of an event')

export const listEventsQuery = z.strictObject({
  ...pageQuery,
  ...filters,
  after: eventId.optional().meta({ description: 'Only events after this one, oldest first. Without it: newest first.' }),
})
export const streamEventsQuery = z.strictObject(filters)

const tag = 'events'

export const eventEndpoints = {
  listEvents: defineEndpoint({
    method: 'get',
    path: '/v1/events',
    scope: 'read',
    tag,
    summary: 'List what happened',
    query: listEventsQuery,
    answers: { 200: { description: 'One page.', schema: eventPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  streamEvents: defineEndpoint({
    method: 'get',
    path: '/v1/events/stream',
    scope: 'read',
    tag,
    summary: 'Follow what happens, as server-sent events',
    description:
      'Every message has the type of the event and the event as JSON. Reconnect with Last-Event-ID: nothing is left out, an event may come twice (see its id).',
    query: streamEventsQuery,
    answers: { 200: { description: 'A stream that stays open.', schema: z.string(), contentType: 'text/event-stream' } },
  }),
} as const

export type EventView = z.infer<typeof event>
export type EventPage = z.infer<typeof eventPage>
