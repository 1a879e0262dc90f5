import type { JsonValue } from '@inlet/connector-sdk'
import type { SignatureSpec } from '../config.js'
import { describeGithub } from './describe-github.js'
import { describeStripe } from './describe-stripe.js'
import { type EventFacts, type EventInput, textAt, toText } from './field-reader.js'

/** Reads an event as its scheme defines it. Pure. */
export const describeEvent = (spec: SignatureSpec, input: EventInput): EventFacts => {
  switch (spec.scheme) {
    case 'github':
      return describeGithub(input)
    case 'slack':
      return describeSlack(input)
    case 'stripe':
      return describeStripe(input)
    case 'standard':
      return { ...describePlain(input), id: input.headers['webhook-id'] ?? input.headers['svix-id'] }
    default:
      return { ...describePlain(input), id: spec.idHeader === undefined ? undefined : input.headers[spec.idHeader.toLowerCase()] }
  }
}

/** Common names among senders; Standard Webhooks recommends type, timestamp and data. */
const describePlain = ({ body }: EventInput): EventFacts => {
  if (body.kind === 'text') return { text: body.text }
  const { value } = body
  return {
    type: toText(firstOf(value, ['type', 'event', 'event_type', 'eventType'])),
    occurredAt: textAt(value, 'timestamp') ?? textAt(value, 'created_at'),
  }
}

const firstOf = (value: JsonValue, names: readonly string[]): unknown => names.map((name) => textAt(value, name)).find((text) => text !== undefined)

/** Events API, interactive payloads and slash commands: https://docs.slack.dev/apis/events-api */
const describeSlack = ({ body }: EventInput): EventFacts => {
  const value = body.kind === 'fields' ? body.value : null
  const at = (...paths: readonly string[]): string | undefined => paths.map((path) => textAt(value, path)).find((text) => text !== undefined)
  const command = at('command')
  const subtype = at('event.subtype')
  const type = at('event.type') ?? (command === undefined ? at('type') : 'slash_command')
  return {
    id: at('event_id'),
    type: type === undefined || subtype === undefined ? type : `${type}.${subtype}`,
    title: command,
    text: at('event.text', 'event.message.text', 'message.text', 'text', 'actions.0.value'),
    occurredAt: at('event.event_ts', 'event_time', 'action_ts', 'actions.0.action_ts'),
    actor: at('event.user', 'event.message.user', 'user.id', 'user_id', 'event.user_id'),
    projectId: at('event.channel', 'event.item.channel', 'channel.id', 'channel_id', 'event.channel.id', 'team_id', 'team.id'),
    sessionId: at('event.thread_ts', 'event.message.thread_ts', 'event.item.ts', 'message.thread_ts', 'event.ts', 'message.ts'),
    context: { team: at('team_id', 'team.id', 'team'), app: at('api_app_id'), command, trigger: at('trigger_id') },
  }
}
