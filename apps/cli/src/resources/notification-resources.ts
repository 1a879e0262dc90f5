import type { DeliveryView, NotificationTargetView } from '@inlet/contract'
import { shorten, toPairs, toRelative } from '../output/format.js'
import type { Resource } from './resource.js'

const scopeOf = ({ sources, labels }: NotificationTargetView): string => {
  const wanted = [
    ...(sources.length === 0 ? [] : [sources.length === 1 ? '1 source' : `${sources.length} sources`]),
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
  ]
  return wanted.length === 0 ? 'all sources' : wanted.join(', ')
}

export const NOTIFICATIONS: Resource<NotificationTargetView> = {
  noun: 'notifications',
  about: 'who is notified when sources break, go stale and recover',
  ref: ({ id }) => id,
  list: {
    about: 'notification targets',
    path: () => '/v1/notifications',
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'KIND', cell: ({ kind }) => kind },
      { title: 'ACTIVE', cell: ({ active }) => (active ? 'yes' : 'no') },
      { title: 'OF', cell: scopeOf },
      { title: 'URL', cell: ({ url }) => url },
      { title: 'EVENTS', cell: ({ events }) => events.join(','), wide: true },
      { title: 'CHANGED', cell: ({ updatedAt }, { now }) => toRelative(updatedAt, now), wide: true },
    ],
    none: 'Nobody is notified. Name an address with `inlet notifications create`.',
    examples: ['inlet notifications', 'inlet notifications -o wide'],
  },
  get: {
    about: 'one target, without its secret',
    argument: '<target>',
    text: 'id of a target',
    path: (ref) => `/v1/notifications/${ref}`,
    lines: (target: NotificationTargetView) =>
      toPairs([
        ['name', target.name],
        ['id', target.id],
        ['kind', target.kind],
        ['url', target.url],
        ['active', target.active ? 'yes' : 'no'],
        ['of', scopeOf(target)],
        ['events', target.events.join(', ')],
        ['to', target.mail?.to.join(', ')],
        ['quiet hours', target.quietHours === null ? null : `${target.quietHours.from}–${target.quietHours.to} ${target.quietHours.timeZone}`],
        ['grouped', target.groupMinutes === 0 ? null : `${target.groupMinutes} min`],
      ]),
    examples: ['inlet notifications get 9b2f0c1e-6c0c-4c64-9b0a-0c6b7f1f2a11'],
  },
}

/** The messages to a target: `inlet notifications deliveries <target>`. */
export const DELIVERIES: Resource<DeliveryView> = {
  noun: 'deliveries',
  about: 'messages to a target',
  ref: ({ id }) => id,
  parent: { argument: '<target>', text: 'id of a target' },
  list: {
    about: 'messages to a target and what came of them, newest first',
    path: (target) => `/v1/notifications/${target}/deliveries`,
    filters: [{ flags: '--status <status>', text: 'pending, held, grouped, delivered or dead' }],
    limit: 20,
    columns: [
      { title: 'ID', cell: ({ id }) => id, wide: true },
      { title: 'EVENT', cell: ({ event }) => event },
      { title: 'STATUS', cell: ({ status }) => status },
      { title: 'MADE', cell: ({ createdAt }, { now }) => toRelative(createdAt, now) },
      { title: 'DONE', cell: ({ doneAt }, { now }) => toRelative(doneAt, now) },
      { title: 'TRIES', cell: ({ attempts }) => String(attempts) },
      { title: 'NEXT', cell: ({ nextAt }, { now }) => toRelative(nextAt, now) },
      { title: 'ANSWER', cell: ({ lastStatus, lastError }) => shorten([lastStatus, lastError].filter((part) => part !== null).join(' ') || '–', 60) },
    ],
    none: 'No messages yet.',
    examples: ['inlet notifications deliveries 9b2f0c1e-6c0c-4c64-9b0a-0c6b7f1f2a11 --status dead'],
  },
}
