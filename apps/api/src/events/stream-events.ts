import type { Endpoints } from '@inlet/contract'
import { type Database, listEvents, type StoredEvent } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Response } from 'express'
import { type Handler, onceClosed } from '../http/reply.js'
import type { Slots } from '../http/slots.js'
import type { Standing } from '../http/standing.js'
import { getSourceId } from '../source-access/lookup.js'
import type { EventHub, LiveEvent } from './event-hub.js'

export interface StreamDeps {
  readonly database: Database
  readonly hub: EventHub
  /** Limited by API key. */
  readonly streams: Slots
  /** Aborts when the process drains. */
  readonly stopping: AbortSignal
}

const HEARTBEAT_MS = 15_000
/** Clients reconnect by themselves. */
const LIFETIME_MS = 900_000
/** A client that falls behind by more than this is disconnected and resumes where it was. */
const MAX_UNREAD_BYTES = 1_048_576
const BACKFILL = 500

/** Streams events as server-sent events (WHATWG HTML, section 9.2): those missed since Last-Event-ID, then new ones. */
export const streamEventsHandler =
  (deps: StreamDeps): Handler<Endpoints['streamEvents']> =>
  async ({ query, principal, standing, request, response }) => {
    const sourceId = query.source === undefined ? undefined : await getSourceId(deps, query.source)
    const filter = { sourceId, type: query.type, level: query.level }
    const lastEventId = parseLastEventId(request.get('last-event-id'))
    const leave = deps.streams.take(principal?.id ?? '')
    onceClosed(response, leave)
    const early: LiveEvent[] = []
    let onLive = (live: LiveEvent): void => void early.push(live)
    // Subscribes before reading the past, so that nothing is lost in between.
    const unsubscribe = await deps.hub.subscribe((live) => onLive(live))
    const end = openStream(deps, response, { standing, unsubscribe })
    try {
      const send = (event: StoredEvent, resumeId: string): void => {
        if (matches(event, filter)) write(response, event, resumeId)
      }
      const sent = new Set<string>()
      for (let from = lastEventId; from !== null; ) {
        const page = await listEvents(deps.database, { ...filter, from: { id: from, direction: 'after' }, limit: BACKFILL })
        for (const event of page) {
          sent.add(event.id)
          send(event, event.id)
        }
        from = page.length === BACKFILL ? (page.at(-1)?.id ?? null) : null
      }
      for (const { event, resumeId } of early) if (!sent.has(event.id)) send(event, resumeId)
      let showing = Promise.resolve()
      onLive = ({ event, resumeId }) => {
        // One after the other, each only while the key is still valid; otherwise the client reconnects and learns why.
        showing = showing.then(() => standing.renew()).then(() => void (sent.delete(event.id) || send(event, resumeId)), end)
      }
    } catch (error) {
      end()
      throw error
    }
    return null
  }

/** Sends the head and keeps the stream alive; returns a function that ends it. */
const openStream = (
  deps: StreamDeps,
  response: Response,
  { standing, unsubscribe }: { readonly standing: Standing; readonly unsubscribe: () => void },
): (() => void) => {
  response.status(200).set({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  response.flushHeaders()
  response.write('retry: 2000\n\n')
  const end = (): void => void response.end()
  const heartbeat = setInterval(() => void standing.renew().then(() => response.writableEnded || response.write(': alive\n\n'), end), HEARTBEAT_MS)
  const lifetime = setTimeout(end, LIFETIME_MS)
  deps.stopping.addEventListener('abort', end, { once: true })
  onceClosed(response, () => {
    clearInterval(heartbeat)
    clearTimeout(lifetime)
    deps.stopping.removeEventListener('abort', end)
    unsubscribe()
  })
  if (deps.stopping.aborted) end()
  return end
}

const parseLastEventId = (header: string | undefined): string | null => {
  if (header === undefined || header === '') return null
  if (!/^\d{1,18}$/.test(header)) throw new Failure('VALIDATION_FAILED', 'Last-Event-ID is not the id of an event', { field: 'Last-Event-ID' })
  return header
}

interface EventFilter {
  readonly sourceId: string | undefined
  readonly type: string | undefined
  readonly level: string | undefined
}

const matches = (event: StoredEvent, filter: EventFilter): boolean =>
  (filter.sourceId === undefined || event.sourceId === filter.sourceId) &&
  (filter.type === undefined || event.type === filter.type) &&
  (filter.level === undefined || event.level === filter.level)

const write = (response: Response, event: StoredEvent, resumeId: string): void => {
  if (response.writableEnded) return
  if (response.writableLength > MAX_UNREAD_BYTES) {
    response.destroy()
    return
  }
  response.write(`id: ${resumeId}\nevent: ${event.type.replace(/[\r\n]/g, ' ')}\ndata: ${JSON.stringify(event)}\n\n`)
}
