import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, slugOfSource, sourceRef, timestamp, uuid } from './primitives.js'

export const EVENT_LEVELS = ['debug', 'info', 'warn', 'error'] as const

export const event = z
  .strictObject({
    id: z.string().meta({ description: 'An increasing number.' }),
    sourceId: uuid.nullable(),
    source: slugOfSource.nullable(),
    runId: uuid.nullable(),
    type: z.string(),
    level: z.enum(EVENT_LEVELS),
    message: z.string(),
    data: z.record(z.string(), z.unknown()),
    at: timestamp,
  })
  .meta({ id: 'Event', description: 'An event in the history of a source or of the installation.' })
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
  after: eventId.optional().meta({ description: 'Only events after this one, oldest first. Default: all events, newest first.' }),
})
export const streamEventsQuery = z.strictObject(filters)

const tag = 'events'

export const eventEndpoints = {
  listEvents: defineEndpoint({
    method: 'get',
    path: '/v1/events',
    scope: 'read',
    tag,
    summary: 'List events',
    query: listEventsQuery,
    answers: { 200: { description: 'One page.', schema: eventPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  streamEvents: defineEndpoint({
    method: 'get',
    path: '/v1/events/stream',
    scope: 'read',
    tag,
    summary: 'Stream events as server-sent events',
    description:
      'Each message carries the type of the event and the event as JSON. Reconnect with Last-Event-ID: no event is lost, but one may come twice with the same id.',
    query: streamEventsQuery,
    answers: { 200: { description: 'An open stream of events.', schema: z.string(), contentType: 'text/event-stream' } },
  }),
} as const

export type EventView = z.infer<typeof event>
export type EventPage = z.infer<typeof eventPage>
