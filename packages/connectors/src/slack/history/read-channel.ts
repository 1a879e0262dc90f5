import { createHash } from 'node:crypto'
import { canonicalJson, keyText, type Page, type RecordKey, type SourceRecord } from '@inlet/connector-sdk'
import type { PagePacker } from '../../parsing/page-packer.js'
import type { SlackMessage } from '../api/shapes.js'
import type { HistoryStream } from '../config.js'
import type { SlackConnection } from '../connection.js'
import { type Descent, fromDate, type Positions, toDate, toMicros } from '../cursor/positions.js'
import {
  dayScope,
  isVisited,
  type Place,
  threadScope,
  toMessageRecord,
  toReactionRecords,
  toReplyRecord,
  toThreadRecord,
} from '../records/history-records.js'
import { readPages, readReplies } from './read-pages.js'

export interface ChannelReading {
  readonly stream: HistoryStream
  readonly place: Place
  readonly positions: Positions
  readonly packer: PagePacker
  readonly progress: (note?: string) => NonNullable<Page['progress']>
  readonly signal: AbortSignal
}

const DAY_SECONDS = 86_400

/**
 * Reads one channel from its newest message down to where the last read began, or to the start of the lookback days. Slack lists
 * messages newest first, so the position moves only at the end; until then the cursor records how far down the read has got, and an interrupted read
 * is finished before anything new is read.
 */
export async function* readChannel(connection: SlackConnection, reading: ChannelReading): AsyncGenerator<Page, void, void> {
  const { place, positions, packer, progress, signal, stream } = reading
  const { id } = place.channel
  const position = positions.get(id)
  const under = positions.descent?.id === id ? positions.descent : undefined
  const window = windowStart(connection)
  const floor = under?.floor ?? floorOf(connection, position, window)
  let descent: Descent | undefined = under
  let emitted = JSON.stringify(positions.cursor())
  const emit = (cursor: boolean, note?: string): Page => ({
    ...packer.take(),
    ...(cursor ? { cursor: positions.cursor() } : {}),
    progress: progress(note),
  })
  for await (const page of readPages(connection, { channel: id, oldest: floor, latest: under?.down }, signal)) {
    const ordered = [...page.messages].sort((a, b) => toMicros(b.ts) - toMicros(a.ts))
    for await (const part of partsOf(connection, reading, ordered)) {
      for (const key of part.unchanged) packer.unchanged(key)
      for (const record of part.records) {
        const size = (record.text?.length ?? 0) * 2 + 1_000
        if (packer.isFull(size)) yield emit(false)
        packer.record(record, size)
      }
      if (packer.isFull()) yield emit(false)
      if (part.sweep !== undefined) yield { ...emit(false), sweep: { scope: part.sweep } }
    }
    const [newest, last] = [ordered[0]?.ts, ordered.at(-1)?.ts]
    if (newest !== undefined && last !== undefined) descent = { id, top: descent?.top ?? newest, down: last, floor }
    if (page.more && descent !== undefined) {
      positions.descent = descent
      emitted = JSON.stringify(positions.cursor())
      yield emit(true, estimate(place.channelName, descent, page))
    }
  }
  positions.descent = undefined
  const top = descent?.top
  if (top !== undefined && (position === undefined || toMicros(top) > toMicros(position))) positions.set(id, top)
  const moved = JSON.stringify(positions.cursor()) !== emitted
  if (!packer.isEmpty() || moved) yield emit(moved)
  // What arrived since the interrupted read began is above its top.
  if (under !== undefined) {
    yield* readChannel(connection, reading)
    return
  }
  // Only days that were read in one go, and had been read before, can have lost something.
  if (stream === 'threads' || position === undefined || toMicros(position) < toMicros(window)) return
  for (const day of daysFrom(window, connection.ctx.now())) yield { records: [], sweep: { scope: dayScope(id, day) } }
}

/** Returns midnight of the first lookback day. */
const windowStart = ({ ctx }: SlackConnection): string => {
  const day = Math.floor(ctx.now().getTime() / 1000 / DAY_SECONDS) - ctx.config.lookbackDays
  return fromDate(new Date(Math.max(0, day) * DAY_SECONDS * 1000))
}

const floorOf = ({ ctx }: SlackConnection, position: string | undefined, window: string): string => {
  const since = ctx.config.since === undefined ? fromDate(new Date(0)) : fromDate(new Date(ctx.config.since))
  if (position === undefined) return since
  const earliest = toMicros(position) < toMicros(window) ? position : window
  return toMicros(earliest) < toMicros(since) ? since : earliest
}

const daysFrom = (window: string, now: Date): readonly string[] => {
  const first = toDate(window).getTime()
  const count = Math.floor((now.getTime() - first) / (DAY_SECONDS * 1000)) + 1
  return Array.from({ length: count }, (_, day) => fromDate(new Date(first + day * DAY_SECONDS * 1000)))
}

interface Part {
  readonly records: readonly SourceRecord[]
  readonly unchanged: readonly RecordKey[]
  /** All records of this scope were seen. */
  readonly sweep?: string
}

/** How many keys are looked up at a time. */
const GROUP = 500

async function* partsOf(
  connection: SlackConnection,
  { stream, place, positions, signal }: ChannelReading,
  messages: readonly SlackMessage[],
): AsyncGenerator<Part, void, void> {
  if (stream === 'threads') {
    yield* threadsOf(connection, { place, positions, signal }, messages)
    return
  }
  const alive = messages.filter(({ subtype }) => subtype !== 'tombstone')
  const records =
    stream === 'messages' ? alive.map((message) => toMessageRecord(message, place)) : alive.flatMap((message) => toReactionRecords(message, place))
  for (let from = 0; from < records.length; from += GROUP) yield await withoutKnown(connection, records.slice(from, from + GROUP))
  // What is left of a message that was deleted while it had replies.
  const gone = messages.filter(({ subtype }) => subtype === 'tombstone')
  if (stream === 'messages' && gone.length > 0)
    yield { records: gone.map((message) => ({ ...toMessageRecord(message, place), op: 'delete' as const })), unchanged: [] }
}

/**
 * Visits the threads that have changed since they were stored. Batches may be stored in any order, so the mark of a thread alone does not prove
 * that its replies are stored: it contains the number of the visit, and counts only once the cursor has passed that visit.
 */
async function* threadsOf(
  connection: SlackConnection,
  { place, positions, signal }: Pick<ChannelReading, 'place' | 'positions' | 'signal'>,
  messages: readonly SlackMessage[],
): AsyncGenerator<Part, void, void> {
  const roots = messages.filter(({ reply_count: count }) => (count ?? 0) > 0)
  const known = await connection.ctx.known.lookup(
    'threads',
    roots.map(({ ts }) => [place.channel.id, ts, ts]),
  )
  for (const root of roots) {
    if (isVisited(known.get(keyText([place.channel.id, root.ts, root.ts])), root, positions.visits)) continue
    positions.visiting = true
    for await (const replies of readReplies(connection, place.channel.id, root.ts, signal)) {
      const records = replies.filter(({ ts, subtype }) => ts !== root.ts && subtype !== 'tombstone').map((reply) => toReplyRecord(reply, root, place))
      yield await withoutKnown(connection, records)
    }
    // Last, because its validator says that the replies are stored.
    yield { records: [toThreadRecord(root, place, positions.visits + 1)], unchanged: [], sweep: threadScope(place.channel.id, root.ts) }
  }
}

/** Separates what is already stored unchanged. */
const withoutKnown = async ({ ctx }: SlackConnection, records: readonly SourceRecord[]): Promise<Part> => {
  const [first] = records
  if (first === undefined) return { records: [], unchanged: [] }
  const known = await ctx.known.lookup(
    first.stream,
    records.map(({ key }) => key),
  )
  const marked = records.map((record) => ({ ...record, validator: markOf(record) }))
  const isKnown = (record: SourceRecord): boolean => known.get(keyText(record.key)) === record.validator
  return { records: marked.filter((record) => !isKnown(record)), unchanged: marked.filter(isKnown).map(({ key }) => key) }
}

const markOf = ({ title, text, url, data }: SourceRecord): string =>
  createHash('sha256').update(canonicalJson({ title, text, url, data })).digest('base64url').slice(0, 22)

/** Slack's third tier; apps outside its Marketplace get one request a minute, with 15 messages each. */
const REQUESTS_A_MINUTE = 50
const SMALL_PAGE = 15

/** Describes how far a read has got and how long the rest may take, as far as the messages so far show. */
export const estimate = (channel: string, { top, down, floor }: Descent, { given }: { readonly given: number }): string => {
  const day = toDate(down).toISOString().slice(0, 10)
  const reached = `#${channel}: read back to ${day}`
  // Without a lower bound it is unknown how far it goes.
  if (toMicros(floor) === 0) return `${reached}; ${rate(given)}`
  const [read, left] = [toMicros(top) - toMicros(down), toMicros(down) - toMicros(floor)]
  return read <= 0 ? reached : `${reached}, about ${Math.min(99, Math.round((100 * read) / (read + left)))} % of the time; ${rate(given)}`
}

const rate = (given: number): string =>
  given <= SMALL_PAGE
    ? `Slack gives this app ${given} messages a request and one request a minute`
    : `at most ${given * REQUESTS_A_MINUTE} messages a minute`
