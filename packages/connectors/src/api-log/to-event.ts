import type { RecordKey, SourceRecord } from '@inlet/connector-sdk'
import type { Access } from './line/access.js'

export const REQUESTS = 'requests'

/** Turns a request into a record. Nothing in it depends on the name of the file, which rotation changes. */
export const toEvent = (key: RecordKey, access: Access): SourceRecord => {
  const { time, method, target, path, query, protocol, status, bytes, durationMs, remoteAddress, remoteUser, host, referrer, userAgent, extra } =
    access
  const content = `${method ?? '-'} ${target ?? '-'} ${status ?? '-'}`
  return {
    stream: REQUESTS,
    key,
    kind: 'event',
    title: content.length > 300 ? undefined : content,
    data: {
      eventType: 'http_request',
      actor: remoteUser ?? remoteAddress,
      content,
      projectId: host,
      context: { method, path, query, protocol, status, bytes, durationMs, host, remoteAddress, remoteUser, referrer, userAgent },
      extra,
    },
    occurredAt: time,
  }
}
