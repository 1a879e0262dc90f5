import type { Message, NewsBody } from '../message.js'

const SEVERITIES: Readonly<Record<string, string>> = { error: 'error' }
const MAX_SUMMARY = 1_024

/**
 * Converts a message to events for PagerDuty's Events API v2 and compatible services: an incident triggers an alert under its id and later resolves
 * it, so a repeated event changes nothing. A test does both. Pure.
 */
export const toPagerDuty = (message: Message, routingKey: string): readonly object[] => {
  if (message.type === 'test') {
    const payload = { summary: message.data.message, source: 'inlet', severity: 'info', timestamp: message.timestamp }
    const frame = { routing_key: routingKey, dedup_key: message.id }
    return [
      { ...frame, event_action: 'trigger', payload },
      { ...frame, event_action: 'resolve' },
    ]
  }
  if (message.type === 'incidents.digest') return message.data.incidents.map((news) => toEvent(news, news.what, routingKey))
  return [toEvent(message.data, message.type === 'incident.opened' ? 'opened' : 'closed', routingKey)]
}

const toEvent = (news: NewsBody, what: 'opened' | 'closed', routingKey: string): object => {
  const { incident, source, reason, message, next, links } = news
  const frame = { routing_key: routingKey, dedup_key: incident.id, event_action: what === 'opened' ? 'trigger' : 'resolve' }
  if (what === 'closed') return frame
  return {
    ...frame,
    payload: {
      summary: `${source.slug}: ${reason}: ${message}`.slice(0, MAX_SUMMARY),
      source: source.slug,
      severity: SEVERITIES[incident.kind] ?? 'warning',
      timestamp: incident.since,
      component: source.connector,
      group: source.slug,
      class: reason,
      custom_details: { message, next, kind: incident.kind, labels: source.labels },
    },
    client: 'Inlet',
    links: Object.entries(links).flatMap(([text, href]) => (/^https?:\/\//.test(href) ? [{ href, text }] : [])),
  }
}
