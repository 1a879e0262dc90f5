import { createHash } from 'node:crypto'
import {
  canonicalJson,
  complete,
  incomplete,
  type JsonObject,
  keyText,
  type Page,
  type ReadEnd,
  type ReadRequest,
  type RejectedRecord,
  type SourceRecord,
} from '@inlet/connector-sdk'
import { toStorable } from '../../parsing/html/cut-text.js'
import type { SlackChannel, SlackUser } from '../api/shapes.js'
import type { SlackConnection } from '../connection.js'
import { listUsers, nameOf } from './catalog.js'

const PAGE = 200

/**
 * Reads the channels. Those that are gone or no longer selected are swept, but not while a channel named in the settings
 * cannot be seen, since the app may only have been removed from it.
 */
export async function* readChannels(connection: SlackConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const signal = connection.signal(request.signal)
  const { channels, missing } = await connection.catalog(signal)
  for (let from = 0; from < channels.length; from += PAGE) yield await pageOf(connection, channels.slice(from, from + PAGE).map(toChannelRecord))
  const rejected = missing.map(
    (name): RejectedRecord => ({
      stream: 'channels',
      key: [name],
      reason: 'NOT_FOUND_UPSTREAM',
      message: `the settings name the channel ${name}, which is not there or not visible to the app`,
    }),
  )
  if (rejected.length > 0) {
    yield { records: [], rejected }
    return incomplete(`${rejected.length} channels that the settings name are not visible to the app; the first: ${missing[0]}`)
  }
  yield { records: [], sweep: {} }
  return complete('Slack named no further page of channels')
}

/** Reads all people of the workspace, including those who have left. */
export async function* readUsers(connection: SlackConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const signal = connection.signal(request.signal)
  for await (const users of listUsers(connection.api, signal)) {
    connection.remember(users)
    for (let from = 0; from < users.length; from += PAGE) yield await pageOf(connection, users.slice(from, from + PAGE).map(toUserRecord))
  }
  connection.rememberedAll()
  yield { records: [], sweep: {} }
  return complete('Slack named no further page of people')
}

/** Drops what is already stored unchanged. */
const pageOf = async ({ ctx }: SlackConnection, records: readonly SourceRecord[]): Promise<Page> => {
  const [first] = records
  const known =
    first === undefined
      ? new Map<string, string | null>()
      : await ctx.known.lookup(
          first.stream,
          records.map(({ key }) => key),
        )
  const isKnown = (record: SourceRecord): boolean => known.get(keyText(record.key)) === record.validator
  return { records: records.filter((record) => !isKnown(record)), unchanged: records.filter(isKnown).map(({ key }) => key) }
}

const toItem = (stream: 'channels' | 'users', key: string, title: string | undefined, data: JsonObject): SourceRecord => ({
  stream,
  key,
  kind: 'item',
  title: title === undefined ? undefined : toStorable(title),
  data,
  validator: createHash('sha256')
    .update(canonicalJson([title, data]))
    .digest('base64url')
    .slice(0, 22),
})

const toChannelRecord = (channel: SlackChannel): SourceRecord =>
  toItem('channels', channel.id, channel.name ?? channel.user ?? channel.id, {
    id: channel.id,
    name: storable(channel.name),
    topic: storable(channel.topic?.value),
    purpose: storable(channel.purpose?.value),
    private: channel.is_private ?? undefined,
    archived: channel.is_archived ?? undefined,
    creator: channel.creator ?? undefined,
    createdAt: channel.created ? new Date(channel.created * 1000).toISOString() : undefined,
  })

const toUserRecord = (user: SlackUser): SourceRecord =>
  toItem('users', user.id, nameOf(user), {
    id: user.id,
    name: storable(user.name),
    realName: storable(user.profile?.real_name ?? user.real_name),
    displayName: storable(user.profile?.display_name),
    title: storable(user.profile?.title),
    email: storable(user.profile?.email),
    bot: user.is_bot ?? undefined,
    admin: user.is_admin ?? undefined,
    deleted: user.deleted ?? undefined,
    timeZone: storable(user.tz),
  })

const storable = (text: string | null | undefined): string | undefined => (text ? toStorable(text) : undefined)
