import { Failure, type PushedEvent, type RejectedRecord, type SourceRecord, toFailure } from '@inlet/connector-sdk'
import { parseBody } from '../body/parse-body.js'
import { toMoment } from '../body/to-moment.js'
import type { WebhookConfig } from '../config.js'
import { describeEvent } from './describe-event.js'
import { defined, toKey, toText, valueOf } from './field-reader.js'

/** The only stream of the connector. */
export const EVENTS = 'events'

/** Turns an event into a record, or the reason why it cannot be one. Pure. */
export const toRecord = (event: PushedEvent, config: WebhookConfig): SourceRecord | RejectedRecord => {
  try {
    return read(event, config)
  } catch (thrown) {
    const failure = toFailure(thrown)
    if (failure.code === 'internal') throw thrown
    const reason = failure.code === 'record_invalid' ? failure.reason : 'RECORD_INVALID'
    return { stream: EVENTS, key: event.id, reason, message: failure.message, raw: event.body.toString('utf8') }
  }
}

const read = (event: PushedEvent, config: WebhookConfig): SourceRecord => {
  const { headers } = event
  const body = parseBody(event.body, headers['content-type'], config.body)
  const input = { headers, body }
  const facts = describeEvent(config.signature, input)
  const named = (name: keyof WebhookConfig['paths']): string | undefined => toText(valueOf(config.paths, name, input))
  const eventType = named('type') ?? facts.type
  const key = config.paths.key === undefined ? event.id : toKey(valueOf(config.paths, 'key', input))
  if (key === null) throw new Failure('RECORD_KEY_MISSING', `there is no key at ${config.paths.key ?? ''}`)
  if (eventType !== undefined && config.deleteTypes.includes(eventType)) return { stream: EVENTS, key, kind: 'event', data: {}, op: 'delete' }
  const text = named('text') ?? facts.text
  const title = named('title') ?? facts.title ?? eventType
  return {
    stream: EVENTS,
    key,
    kind: 'event',
    title: title?.slice(0, 300),
    text,
    url: named('url') ?? facts.url,
    occurredAt: toMoment(valueOf(config.paths, 'occurredAt', input) ?? facts.occurredAt) ?? event.receivedAt,
    data: defined({
      eventType,
      content: text ?? title,
      actor: named('actor') ?? facts.actor,
      projectId: named('projectId') ?? facts.projectId,
      sessionId: named('sessionId') ?? facts.sessionId,
      context: defined({ ...facts.context, eventId: event.id }),
      payload: body.kind === 'fields' ? body.value : undefined,
    }),
  }
}
