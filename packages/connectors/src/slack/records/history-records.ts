import type { JsonObject, RecordKey, SourceRecord } from '@inlet/connector-sdk'
import { cutText, toStorable } from '../../parsing/html/cut-text.js'
import type { SlackChannel, SlackMessage } from '../api/shapes.js'
import type { HistoryStream } from '../config.js'
import { toDate } from '../cursor/positions.js'
import { type Names, renderText } from './render-text.js'

/** Where messages belong. */
export interface Place {
  readonly channel: SlackChannel
  /** For display: `general`, or the other person in a direct conversation. */
  readonly channelName: string
  /** `https://acme.slack.com/` */
  readonly teamUrl: string
  readonly team: string | undefined
  readonly names: Names
}

const MAX_TEXT = 400_000
/** Kinds of messages that someone wrote; others record what happened to the channel. */
const WRITTEN = new Set(['bot_message', 'thread_broadcast', 'file_share', 'me_message', 'file_comment'])

/** What the sweep of one day of a channel may delete. */
export const dayScope = (channel: string, ts: string): string => `${channel}/${toDate(ts).toISOString().slice(0, 10)}`

export const threadScope = (channel: string, ts: string): string => `${channel}/${ts}`

export const toMessageRecord = (message: SlackMessage, place: Place): SourceRecord => ({
  ...toRecord('messages', [place.channel.id, message.ts], message, place),
  scope: dayScope(place.channel.id, message.ts),
})

/** The thread itself; the text of its first message is in `messages`. */
export const toThreadRecord = (root: SlackMessage, place: Place, visit: number): SourceRecord => {
  const record = toRecord('threads', [place.channel.id, root.ts, root.ts], root, place)
  const context = { ...(record.data['context'] as JsonObject), replies: root.reply_count ?? undefined, latestReply: isoOf(root.latest_reply) }
  return {
    ...record,
    text: undefined,
    data: { ...record.data, eventType: 'thread', content: record.title, context: compact(context) },
    validator: `${visit} ${stateOf(root)}`,
    scope: threadScope(place.channel.id, root.ts),
  }
}

/** Changes with every reply that is added or removed. */
const stateOf = (root: SlackMessage): string => `${root.reply_count ?? ''} ${root.latest_reply ?? ''}`

/** Whether a thread is stored unchanged, by a completed visit. */
export const isVisited = (validator: string | null | undefined, root: SlackMessage, visits: number): boolean => {
  const [visit = '', ...state] = (validator ?? '').split(' ')
  return visit !== '' && Number(visit) <= visits && state.join(' ') === stateOf(root)
}

export const toReplyRecord = (reply: SlackMessage, root: SlackMessage, place: Place): SourceRecord => {
  const record = toRecord('threads', [place.channel.id, root.ts, reply.ts], reply, place)
  return { ...record, data: { ...record.data, eventType: 'reply' }, scope: threadScope(place.channel.id, root.ts) }
}

/** One record for each person and emoji. */
export const toReactionRecords = (message: SlackMessage, place: Place): readonly SourceRecord[] =>
  (message.reactions ?? []).flatMap(({ name, users }) =>
    (users ?? []).map(
      (user): SourceRecord => ({
        stream: 'reactions',
        key: [place.channel.id, message.ts, storable(name, 200), user],
        kind: 'event',
        title: `:${storable(name, 200)}:`,
        url: permalink(message, place),
        data: {
          eventType: 'reaction',
          content: `:${storable(name, 200)}:`,
          actor: place.names.user(user) ?? user,
          projectId: place.channelName,
          sessionId: sessionOf(message, place),
          context: compact({ team: place.team, channelId: place.channel.id, ts: message.ts, userId: user, reactedTo: message.user ?? undefined }),
        },
        // Slack does not report when; it was after the message.
        occurredAt: toDate(message.ts),
        scope: dayScope(place.channel.id, message.ts),
      }),
    ),
  )

const toRecord = (stream: HistoryStream, key: RecordKey, message: SlackMessage, place: Place): SourceRecord => {
  const content = storable(contentOf(message, place.names), MAX_TEXT)
  const title = storable(content.split('\n', 1)[0] ?? '', 300)
  const subtype = message.subtype ?? undefined
  const inThread = message.thread_ts !== undefined && message.thread_ts !== null
  return {
    stream,
    key,
    kind: 'event',
    title: title === '' ? undefined : title,
    text: content === '' ? undefined : content,
    url: permalink(message, place),
    occurredAt: toDate(message.ts),
    data: {
      eventType: subtype === undefined || WRITTEN.has(subtype) ? 'message' : subtype,
      content,
      actor: actorOf(message, place.names),
      projectId: place.channelName,
      sessionId: sessionOf(message, place),
      context: compact({
        team: place.team,
        channelId: place.channel.id,
        ts: message.ts,
        threadTs: inThread ? (message.thread_ts ?? undefined) : undefined,
        subtype,
        userId: message.user ?? undefined,
        botId: message.bot_id ?? undefined,
        editedAt: isoOf(message.edited?.ts),
        reactions: (message.reactions ?? []).map(({ name, count, users }) => ({ name, count: count ?? users?.length ?? 0 })),
        files: (message.files ?? []).map(({ id, name, title: called, mimetype, size }) => compact({ id, name, title: called, mimetype, size })),
      }),
    },
  }
}

/** Apps often put all their text into attachments. */
const contentOf = (message: SlackMessage, names: Names): string => {
  const attached = (message.attachments ?? []).map(({ title, text, fallback }) => [title, text ?? fallback].filter(Boolean).join('\n'))
  const files = (message.files ?? []).map(({ title, name }) => title ?? name ?? '')
  const parts = [message.text ?? '', ...attached.filter((part) => part !== message.text), ...((message.text ?? '') === '' ? files : [])]
  return renderText(parts.filter((part) => part !== '').join('\n\n'), names)
}

const actorOf = ({ user, username, bot_profile: bot, bot_id: botId }: SlackMessage, names: Names): string | undefined =>
  (user ? (names.user(user) ?? username ?? user) : undefined) ?? username ?? bot?.name ?? botId ?? undefined

const sessionOf = ({ ts, thread_ts: thread }: SlackMessage, { channel }: Place): string => `${channel.id}:${thread ?? ts}`

const permalink = ({ ts, thread_ts: thread }: SlackMessage, { channel, teamUrl }: Place): string | undefined => {
  if (!/^https?:\/\//.test(teamUrl)) return undefined
  const inThread = thread !== undefined && thread !== null && thread !== ts
  return `${teamUrl.replace(/\/*$/, '/')}archives/${channel.id}/p${ts.replace('.', '')}${inThread ? `?thread_ts=${thread}&cid=${channel.id}` : ''}`
}

const isoOf = (ts: string | null | undefined): string | undefined => (ts && /^\d+\.\d+$/.test(ts) ? toDate(ts).toISOString() : undefined)

const storable = (text: string, max: number): string => cutText(toStorable(text), max)

const compact = (context: { readonly [name: string]: unknown }): JsonObject =>
  Object.fromEntries(
    Object.entries(context)
      .filter(([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0))
      .map(([name, value]) => [name, typeof value === 'string' ? storable(value, 10_000) : value]),
  ) as JsonObject
