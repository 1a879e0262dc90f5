import type { EventFacts } from './describe-event.js'
import { type EventInput, textAt } from './field-reader.js'

/** Events API, interactive payloads and slash commands: https://docs.slack.dev/apis/events-api */
export const describeSlack = ({ body }: EventInput): EventFacts => {
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
