import { complete, Failure, incomplete, type Page, type ReadEnd, type ReadRequest, toFailure } from '@inlet/connector-sdk'
import { createPagePacker } from '../../parsing/page-packer.js'
import type { SlackChannel } from '../api/shapes.js'
import type { HistoryStream } from '../config.js'
import type { SlackConnection } from '../connection.js'
import { keepOnly, openPositions, type Positions } from '../cursor/positions.js'
import { type Place } from '../records/history-records.js'
import { readChannel } from './read-channel.js'

/**
 * Reads one stream of all channels, one after the other. A channel that fails is rejected and does not stop the others; channels that a glob found
 * but the app is not in are skipped. Throws the first failure when every channel fails.
 */
export async function* readHistory(connection: SlackConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const stream = request.stream as HistoryStream
  const { ctx } = connection
  const signal = connection.signal(request.signal)
  const cursor = openPositions(request.cursor, ctx.now())
  const { channels, isNamed, teamUrl, team } = await connection.catalog(signal)
  const positions = keepOnly(
    cursor,
    channels.map(({ id }) => id),
    request.cursor,
    ctx.now(),
  )
  const people = await connection.people(signal)
  const channelNames = new Map(channels.map((channel) => [channel.id, channel.name ?? undefined]))
  const names = { user: (id: string) => people.get(id), channel: (id: string) => channelNames.get(id) }
  const failures: Failure[] = []
  const outside: string[] = []
  let done = 0
  const packer = createPagePacker()
  const progress = (note?: string): NonNullable<Page['progress']> => {
    const notes = [
      ...(note === undefined ? [] : [note]),
      ...(failures.length === 0 ? [] : [`${failures.length} channels could not be read; the first: ${failures[0]?.message}`]),
      ...(outside.length === 0 ? [] : [`the app is not in ${outside.length} of the channels: ${outside.slice(0, 5).join(', ')}`]),
    ]
    return { done, total: channels.length, ...(notes.length === 0 ? {} : { note: notes.join('; ') }) }
  }
  for (const channel of startingWith(channels, positions)) {
    signal.throwIfAborted()
    const place: Place = { channel, channelName: nameOf(channel, people), teamUrl, team, names }
    try {
      yield* readChannel(connection, { stream, place, positions, packer, progress, signal })
    } catch (thrown) {
      if (signal.aborted) throw new Failure('CANCELLED', 'the work was cancelled', { cause: thrown })
      const failure = toFailure(thrown)
      if (endsSource(failure)) throw failure
      if (positions.descent?.id === channel.id) positions.descent = undefined
      if (isOutside(failure) && !isNamed(channel)) outside.push(place.channelName)
      else {
        failures.push(failure)
        if (failure.code !== 'transient')
          packer.reject({ stream, key: [channel.id], reason: failure.reason, message: `#${place.channelName}: ${failure.message}` })
      }
    }
    done++
  }
  const [first] = failures
  if (positions.visiting) positions.visits++
  if (!packer.isEmpty() || outside.length > 0 || positions.visiting)
    yield { ...packer.take(), ...(positions.visiting ? { cursor: positions.cursor() } : {}), progress: progress() }
  if (first !== undefined && failures.length === channels.length) throw first
  const passing = failures.find(({ code }) => code === 'transient')
  if (passing !== undefined) throw passing
  if (first !== undefined) return incomplete(`${failures.length} channels could not be read; the first: ${first.message}`)
  return complete('Slack named no further page of any channel')
}

/** Whether the failure concerns the token or the server, and therefore every channel. */
const endsSource = (failure: Failure): boolean =>
  ['auth_failed', 'rate_limited', 'cancelled', 'internal'].includes(failure.code) ||
  ['UNREACHABLE', 'DNS_FAILED', 'TLS_FAILED', 'EGRESS_BLOCKED', 'URL_BLOCKED_ADDRESS', 'URL_PORT_NOT_ALLOWED'].includes(failure.reason) ||
  (failure.reason === 'PERMISSION_DENIED' && !isOutside(failure))

const isOutside = ({ reason, message }: Failure): boolean =>
  (reason === 'PERMISSION_DENIED' && message.includes('not_in_channel')) || (reason === 'NOT_FOUND_UPSTREAM' && message.includes('channel_not_found'))

/** An interrupted read continues first. */
const startingWith = (channels: readonly SlackChannel[], { descent }: Positions): readonly SlackChannel[] =>
  descent === undefined ? channels : [...channels].sort((a, b) => Number(b.id === descent.id) - Number(a.id === descent.id))

const nameOf = ({ id, name, user }: SlackChannel, people: ReadonlyMap<string, string>): string => name ?? (user ? (people.get(user) ?? user) : id)
