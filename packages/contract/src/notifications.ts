import { INCIDENT_ENDS, INCIDENT_KINDS, NOTIFIED_EVENTS, TARGET_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, plainText, sourceRef, timestamp, uuid, visible } from './primitives.js'

const minuteOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write HH:MM')
const mailAddress = z.email().max(320)

const fields = {
  events: z.array(z.enum(NOTIFIED_EVENTS)).min(1).meta({ description: 'Which incidents to report, and whether of their end (recovery).' }),
  sources: z.array(sourceRef).max(1_000).meta({ description: 'Only of these sources (slug or id); empty: of all.' }),
  labels: z.record(z.string().min(1).max(63), visible(z.string().max(255))).meta({ description: 'Only of sources with all of these labels.' }),
  active: z.boolean(),
  quietHours: z
    .strictObject({
      from: minuteOfDay,
      to: minuteOfDay.meta({ description: 'Earlier than `from`: over midnight.' }),
      timeZone: z.string().min(1).max(64).meta({ example: 'Europe/Berlin' }),
    })
    .nullable()
    .meta({ description: 'When nothing is sent; what happens meanwhile comes in one message at their end.' }),
  groupMinutes: z.int().min(0).max(1_440).meta({ description: 'What happens within so many minutes comes in one message; 0: each at once.' }),
}
const mail = z
  .strictObject({
    from: mailAddress,
    to: z.array(mailAddress).min(1).max(50),
    username: visible(z.string().min(1).max(320)).optional().meta({ description: 'For servers that want a log-in; the password is `secret`.' }),
  })
  .meta({ id: 'MailSettings', description: 'Of targets of kind email.' })
const kind = z.enum(TARGET_KINDS).meta({ description: 'What takes the messages.' })
const name = visible(plainText(100)).meta({ example: 'on-call' })
const url = z.string().min(1).max(8_192).meta({
  description:
    'Where messages are posted: a public address, unless the operator allows others. Of kind slack or teams that of an incoming webhook, of email `smtp://host:587` or `smtps://host:465`; pagerduty has one of its own.',
  example: 'https://hooks.example.com/inlet',
})
const secret = z.string().max(200).meta({
  description:
    'Write-only. Of kind webhook `whsec_` and the base64 of 24 to 64 bytes: messages are signed with it as Standard Webhooks says. Of pagerduty the routing key, of email the password.',
})

const shape = {
  id: uuid,
  name: z.string(),
  kind,
  mail: mail.nullable(),
  url: z.string().meta({ description: 'Masked: anyone who knows the address may post there.', example: 'https://hooks.example.com/…' }),
  ...fields,
  sources: z.array(uuid),
  previousSecretUntil: timestamp.nullable().meta({ description: 'Until then messages are signed with the secret before, too.' }),
  createdAt: timestamp,
  updatedAt: timestamp,
}
export const notificationTarget = z.strictObject(shape).meta({ id: 'NotificationTarget', description: 'Where notifications go.' })
export const newNotificationTarget = z
  .strictObject({
    ...shape,
    secret: z.string().nullable().meta({ description: 'The secret that was made; it is shown this once. Null when one was given.' }),
  })
  .meta({ id: 'NewNotificationTarget' })
export const notificationTargets = pageOf(notificationTarget, 'NotificationTargets')

export const createTargetBody = z
  .strictObject({
    name,
    kind: kind.default('webhook'),
    url: url.optional(),
    secret: secret.optional(),
    mail: mail.optional(),
    quietHours: fields.quietHours.default(null),
    groupMinutes: fields.groupMinutes.default(0),
    events: fields.events.default([...NOTIFIED_EVENTS]),
    sources: fields.sources.default([]),
    labels: fields.labels.default({}),
    active: fields.active.default(true),
  })
  .meta({ id: 'CreateNotificationTarget' })
export const updateTargetBody = z
  .strictObject({
    name: name.optional(),
    url: url.optional(),
    mail: mail.optional(),
    quietHours: fields.quietHours.optional(),
    groupMinutes: fields.groupMinutes.optional(),
    secret: secret.optional().meta({ description: 'A new secret; for 24 hours messages are signed with both.' }),
    events: fields.events.optional(),
    sources: fields.sources.optional(),
    labels: fields.labels.optional(),
    active: fields.active.optional(),
  })
  .meta({ id: 'UpdateNotificationTarget' })

export const delivery = z
  .strictObject({
    id: uuid,
    messageId: z.string().meta({ description: 'The header webhook-id, the same at every try.' }),
    incidentId: uuid.nullable(),
    event: z.string().meta({ description: 'incident.opened, incident.closed, incidents.digest or test.' }),
    status: z.enum(['pending', 'held', 'grouped', 'delivered', 'dead']).meta({
      description: 'held: quiet hours, or waiting for others to go with; grouped: part of another message; dead: given up.',
    }),
    attempts: z.int(),
    nextAt: timestamp.nullable().meta({ description: 'When a pending message is tried next, or a held one goes.' }),
    lastStatus: z.int().nullable().meta({ description: 'HTTP status of the last answer.' }),
    lastError: z.string().nullable(),
    createdAt: timestamp,
    doneAt: timestamp.nullable(),
  })
  .meta({ id: 'NotificationDelivery', description: 'One message to one target.' })
export const deliveryPage = pageOf(delivery, 'NotificationDeliveryPage')

export const incident = z
  .strictObject({
    id: uuid,
    sourceId: uuid,
    source: z.string().meta({ description: 'The slug of the source.' }),
    kind: z.enum(INCIDENT_KINDS),
    reason: z.string(),
    message: z.string(),
    next: z.string().meta({ description: 'What to do about it.' }),
    runId: uuid.nullable(),
    since: timestamp,
    openedAt: timestamp,
    closedAt: timestamp.nullable(),
    closedAs: z.enum(INCIDENT_ENDS).nullable().meta({ description: 'withdrawn: the source was paused or stopped.' }),
  })
  .meta({ id: 'Incident', description: 'Something that is wrong with a source.' })
export const incidentPage = pageOf(incident, 'IncidentPage')

const tag = 'notifications'
const params = z.strictObject({ id: uuid })

export const notificationEndpoints = {
  createNotification: defineEndpoint({
    method: 'post',
    path: '/v1/notifications',
    scope: 'write',
    tag,
    summary: 'Name an address that is notified when sources break, go stale and recover',
    body: createTargetBody,
    answers: { 201: { description: 'Saved; Location is set.', schema: newNotificationTarget } },
    reasons: [
      'INVALID_TIMEZONE',
      'NAME_TAKEN',
      'NOT_FOUND',
      'INVALID_URL',
      'URL_BLOCKED_ADDRESS',
      'URL_PORT_NOT_ALLOWED',
      'URL_SCHEME_NOT_ALLOWED',
      'URL_CREDENTIALS_NOT_ALLOWED',
    ],
  }),
  listNotifications: defineEndpoint({
    method: 'get',
    path: '/v1/notifications',
    scope: 'read',
    tag,
    summary: 'List the targets of notifications by name',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page.', schema: notificationTargets } },
    reasons: ['INVALID_CURSOR'],
  }),
  getNotification: defineEndpoint({
    method: 'get',
    path: '/v1/notifications/:id',
    scope: 'read',
    tag,
    summary: 'Get a target of notifications',
    params,
    answers: { 200: { description: 'The target, without its secret.', schema: notificationTarget } },
  }),
  updateNotification: defineEndpoint({
    method: 'patch',
    path: '/v1/notifications/:id',
    scope: 'write',
    tag,
    summary: 'Change a target of notifications, switch it on or off, or replace its secret',
    params,
    body: updateTargetBody,
    answers: { 200: { description: 'The target as changed.', schema: notificationTarget } },
    reasons: [
      'SECRET_TARGET_REFUSED',
      'INVALID_TIMEZONE',
      'NAME_TAKEN',
      'INVALID_URL',
      'URL_BLOCKED_ADDRESS',
      'URL_PORT_NOT_ALLOWED',
      'URL_SCHEME_NOT_ALLOWED',
      'URL_CREDENTIALS_NOT_ALLOWED',
    ],
  }),
  deleteNotification: defineEndpoint({
    method: 'delete',
    path: '/v1/notifications/:id',
    scope: 'write',
    tag,
    summary: 'Delete a target of notifications with its messages',
    params,
    answers: { 204: { description: 'Gone.' } },
  }),
  testNotification: defineEndpoint({
    method: 'post',
    path: '/v1/notifications/:id/test',
    scope: 'write',
    tag,
    summary: 'Send a message to try the target with',
    params,
    answers: { 202: { description: 'It is sent within seconds; the list of messages says what came of it.', schema: delivery } },
  }),
  listDeliveries: defineEndpoint({
    method: 'get',
    path: '/v1/notifications/:id/deliveries',
    scope: 'read',
    tag,
    summary: 'List messages to a target, newest first',
    params,
    query: z.strictObject({ ...pageQuery, status: z.enum(['pending', 'held', 'grouped', 'delivered', 'dead']).optional() }),
    answers: { 200: { description: 'One page.', schema: deliveryPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  listIncidents: defineEndpoint({
    method: 'get',
    path: '/v1/incidents',
    scope: 'read',
    tag,
    summary: 'List what is wrong with sources, the latest first',
    query: z.strictObject({
      ...pageQuery,
      source: sourceRef.optional(),
      kind: z.enum(INCIDENT_KINDS).optional(),
      state: z.enum(['open', 'closed', 'all']).default('open').meta({ description: 'Open ones by default.' }),
    }),
    answers: { 200: { description: 'One page.', schema: incidentPage } },
    reasons: ['INVALID_CURSOR'],
  }),
} as const

export type NotificationTargetView = z.infer<typeof notificationTarget>
export type DeliveryView = z.infer<typeof delivery>
export type IncidentView = z.infer<typeof incident>
