import { Failure } from '@inlet/connector-sdk'
import { type MessagesPage, messagesShape, type SlackMessage } from '../api/shapes.js'
import type { SlackConnection } from '../connection.js'
import { toMicros } from '../cursor/positions.js'

export interface Span {
  readonly channel: string
  /** Messages from this one on, inclusive. */
  readonly oldest: string
  /** Messages before this one; absent: all up to now. */
  readonly latest?: string | undefined
}

export interface HistoryPage {
  readonly messages: readonly SlackMessage[]
  readonly more: boolean
  /** How many messages the page had, including those outside the span. */
  readonly given: number
}

/** Yields the history of a channel, newest first. Bounds are applied here, too, for servers that ignore them. */
export async function* readPages(
  { api, ctx, pages }: SlackConnection,
  { channel, oldest, latest }: Span,
  signal: AbortSignal,
): AsyncGenerator<HistoryPage, void, void> {
  const args = { channel, oldest: toMicros(oldest) === 0 ? undefined : oldest, latest, inclusive: true, limit: ctx.config.pageSize }
  const seen = new Set<string>()
  const [from, to] = [toMicros(oldest), latest === undefined ? Number.POSITIVE_INFINITY : toMicros(latest)]
  for (let cursor: string | undefined; ; ) {
    const key = JSON.stringify([args, cursor])
    let page: MessagesPage | undefined = pages.get(key)
    if (page === undefined) pages.set(key, (page = await api.call('conversations.history', { ...args, cursor }, messagesShape, signal)))
    const messages = page.messages.filter(({ ts }) => toMicros(ts) >= from && toMicros(ts) < to)
    // A server that ignores the lower bound has gone below it.
    const below = page.messages.some(({ ts }) => toMicros(ts) < from)
    const next = page.response_metadata?.next_cursor || undefined
    const more = next !== undefined && !below
    yield { messages, more, given: page.messages.length }
    if (!below) requireNext('conversations.history', page)
    if (!more) return
    if (seen.has(next)) throw new Failure('PAGINATION_LOOP', 'conversations.history: Slack keeps pointing to the same page')
    seen.add(next)
    cursor = next
  }
}

/** Otherwise what follows would count as gone. */
const requireNext = (method: string, page: MessagesPage): void => {
  if (page.has_more === true && !page.response_metadata?.next_cursor)
    throw new Failure('READING_INCOMPLETE', `${method}: Slack says that more follows, but not where`)
}

/** Yields a thread, oldest message first, including the one that started it. */
export async function* readReplies(
  { api, ctx }: SlackConnection,
  channel: string,
  ts: string,
  signal: AbortSignal,
): AsyncGenerator<readonly SlackMessage[], void, void> {
  const seen = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    const page = await api.call('conversations.replies', { channel, ts, limit: ctx.config.pageSize, cursor }, messagesShape, signal)
    yield page.messages
    requireNext('conversations.replies', page)
    const next = page.response_metadata?.next_cursor || undefined
    if (next === undefined) return
    if (seen.has(next)) throw new Failure('PAGINATION_LOOP', 'conversations.replies: Slack keeps pointing to the same page')
    seen.add(next)
    cursor = next
  }
}
