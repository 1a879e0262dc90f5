import { INCIDENT_ENDS, INCIDENT_KINDS, NOTIFIED_EVENTS, TARGET_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, plainText, slugOfSource, sourceRef, timestamp, uuid, visible } from './primitives.js'

const minuteOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write HH:MM')
const mailAddress = z.email().max(320)

const fields = {
  events: z.array(z.enum(NOTIFIED_EVENTS)).min(1).meta({ description: 'The kinds of incidents to report. `recovery` also reports their end.' }),
  sources: z.array(sourceRef).max(1_000).meta({ description: 'Only incidents of these sources (slug or id). Empty: all sources.' }),
  labels: z
    .record(z.string().min(1).max(63), visible(z.string().max(255)))
    .meta({ description: 'Only incidents of sources that have all of these labels.' }),
  active: z.boolean(),
  quietHours: z
    .strictObject({
      from: minuteOfDay,
      to: minuteOfDay.meta({ description: 'If it is earlier than `from`, the quiet hours last past midnight.' }),
      timeZone: z.string().min(1).max(64).meta({ example: 'Europe/Berlin' }),
    })
    .nullable()
    .meta({ description: 'Hours in which nothing is sent. At their end, one message reports what happened meanwhile.' }),
  groupMinutes: z
    .int()
    .min(0)
    .max(1_440)
    .meta({ description: 'Incidents within this number of minutes are sent as one message. 0: each is sent immediately.' }),
}
const mail = z
  .strictObject({
    from: mailAddress,
    to: z.array(mailAddress).min(1).max(50),
    username: visible(z.string().min(1).max(320))
      .optional()
      .meta({ description: 'User name, for servers that require a login. The password is `secret`.' }),
  })
  .meta({ id: 'MailSettings', description: 'Settings of targets of kind `email`.' })
const kind = z.enum(TARGET_KINDS).meta({ description: 'The kind of receiver.' })
const name = visible(plainText(100)).meta({ example: 'on-call' })
const url = z.string().min(1).max(8_192).meta({
  description:
    'The address that messages are sent to. It must be public unless the operator allows others. `slack` and `teams`: an incoming webhook. `email`: `smtp://host:587` or `smtps://host:465`. `pagerduty`: optional.',
  example: 'https://hooks.example.com/inlet',
})
const secret = z.string().max(200).meta({
  description:
    'Write-only. `webhook`: the signing secret of Standard Webhooks, `whsec_` followed by the base64 of 24 to 64 bytes. `pagerduty`: the routing key. `email`: the password.',
})

const shape = {
  id: uuid,
  name: z.string(),
  kind,
  mail: mail.nullable(),
  url: z.string().meta({
    description: 'The masked address. It is not shown in full, because anyone who knows it can post there.',
    example: 'https://hooks.example.com/…',
  }),
  ...fields,
  sources: z.array(uuid),
  previousSecretUntil: timestamp.nullable().meta({ description: 'Until this time, messages are also signed with the previous secret.' }),
  createdAt: timestamp,
  updatedAt: timestamp,
}
export const notificationTarget = z.strictObject(shape).meta({ id: 'NotificationTarget', description: 'A receiver of notifications.' })
export const newNotificationTarget = z
  .strictObject({
    ...shape,
    secret: z.string().nullable().meta({ description: 'The generated secret, which is returned only once. Null if you provided one.' }),
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
    secret: secret.optional().meta({ description: 'A new secret. For 24 hours, messages are signed with both.' }),
    events: fields.events.optional(),
    sources: fields.sources.optional(),
    labels: fields.labels.optional(),
    active: fields.active.optional(),
  })
  .meta({ id: 'UpdateNotificationTarget' })

export const delivery = z
  .strictObject({
    id: uuid,
    messageId: z.string().meta({ description: 'The value of the header `webhook-id`. It stays the same when a message is sent again.' }),
    incidentId: uuid.nullable(),
    event: z.string().meta({ description: '`incident.opened`, `incident.closed`, `incidents.digest` or `test`.' }),
    status: z.enum(['pending', 'held', 'grouped', 'delivered', 'dead']).meta({
      description: '`held`: waits for the end of quiet hours or of a group. `grouped`: part of another message. `dead`: given up.',
    }),
    attempts: z.int(),
    nextAt: timestamp.nullable().meta({ description: 'When a pending message is tried next, or a held one is sent.' }),
    lastStatus: z.int().nullable().meta({ description: 'HTTP status of the last response.' }),
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
    source: slugOfSource,
    kind: z.enum(INCIDENT_KINDS),
    reason: z.string(),
    message: z.string(),
    next: z.string().meta({ description: 'What to do about it.' }),
    runId: uuid.nullable(),
    since: timestamp,
    openedAt: timestamp,
    closedAt: timestamp.nullable(),
    closedAs: z.enum(INCIDENT_ENDS).nullable().meta({ description: '`withdrawn`: the source was paused or stopped.' }),
  })
  .meta({ id: 'Incident', description: 'A problem of a source.' })
export const incidentPage = pageOf(incident, 'IncidentPage')

const tag = 'notifications'
const params = z.strictObject({ id: uuid })

export const notificationEndpoints = {
  createNotification: defineEndpoint({
    method: 'post',
    path: '/v1/notifications',
    scope: 'write',
    tag,
    summary: 'Create a notification target',
    description: 'It is notified when sources break, go stale and recover; see docs/guides/quarantine-and-notifications.md.',
    body: createTargetBody,
    answers: { 201: { description: 'Created; Location is set.', schema: newNotificationTarget } },
    reasons: [
      'LIMIT_REACHED',
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
    summary: 'List notification targets by name',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page.', schema: notificationTargets } },
    reasons: ['INVALID_CURSOR'],
  }),
  getNotification: defineEndpoint({
    method: 'get',
    path: '/v1/notifications/:id',
    scope: 'read',
    tag,
    summary: 'Get a notification target',
    params,
    answers: { 200: { description: 'The target, without its secret.', schema: notificationTarget } },
  }),
  updateNotification: defineEndpoint({
    method: 'patch',
    path: '/v1/notifications/:id',
    scope: 'write',
    tag,
    summary: 'Update a notification target',
    description: 'Changes its settings, switches it on or off, or replaces its secret.',
    params,
    body: updateTargetBody,
    answers: { 200: { description: 'The updated target.', schema: notificationTarget } },
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
    summary: 'Delete a notification target and its messages',
    params,
    answers: { 204: { description: 'Deleted.' } },
  }),
  testNotification: defineEndpoint({
    method: 'post',
    path: '/v1/notifications/:id/test',
    scope: 'write',
    tag,
    summary: 'Send a test message to a notification target',
    params,
    answers: { 202: { description: 'The message is sent within seconds. The list of messages shows the result.', schema: delivery } },
  }),
  listDeliveries: defineEndpoint({
    method: 'get',
    path: '/v1/notifications/:id/deliveries',
    scope: 'read',
    tag,
    summary: 'List the messages to a notification target, newest first',
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
    summary: 'List incidents, newest first',
    query: z.strictObject({
      ...pageQuery,
      source: sourceRef.optional(),
      kind: z.enum(INCIDENT_KINDS).optional(),
      reason: z.string().min(1).max(100).optional().meta({ description: 'Only incidents with this reason, a code of docs/errors.md.' }),
      state: z.enum(['open', 'closed', 'all']).default('open').meta({ description: 'Default: only open incidents.' }),
    }),
    answers: { 200: { description: 'One page.', schema: incidentPage } },
    reasons: ['INVALID_CURSOR'],
  }),
} as const

export type NotificationTargetView = z.infer<typeof notificationTarget>
export type DeliveryView = z.infer<typeof delivery>
export type IncidentView = z.infer<typeof incident>
