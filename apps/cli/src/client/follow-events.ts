import { setTimeout as delay } from 'node:timers/promises'
import type { EventPage, EventView } from '@inlet/contract'
import { type ApiClient, ApiProblem, withQuery } from './api-client.js'

export interface EventFilter {
  readonly source?: string | undefined
  readonly type?: string | undefined
  readonly level?: string | undefined
}

export interface FollowEventsOptions {
  readonly filter: EventFilter
  /** The last known event; no event after it is missed. */
  readonly after: string
  readonly signal: AbortSignal
  readonly pauseMs?: number
}

const MAX_REMEMBERED = 2_000

/** Yields the events after a known one, each once: from a stream that is reopened when it breaks, and by polling while no stream is available. */
export async function* followEvents(api: ApiClient, options: FollowEventsOptions): AsyncGenerator<EventView> {
  const { filter, signal, pauseMs = 2_000 } = options
  const path = withQuery('/v1/events/stream', { ...filter })
  const seen = new Set<string>()
  let after = options.after
  const isNew = (id: string): boolean => {
    if (seen.has(id)) return false
    if (seen.size > MAX_REMEMBERED) seen.clear()
    seen.add(id)
    return true
  }
  while (!signal.aborted) {
    try {
      for await (const { id, data } of api.events(path, { lastEventId: after, signal })) {
        if (id !== '') after = id
        const event = JSON.parse(data) as EventView
        if (isNew(event.id)) yield event
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ApiProblem && error.status < 500) throw error
      for (const event of await poll(api, filter, after)) {
        after = event.id
        if (isNew(event.id)) yield event
      }
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

const poll = async (api: ApiClient, filter: EventFilter, after: string): Promise<readonly EventView[]> => {
  try {
    return (await api.call<EventPage>('GET', withQuery('/v1/events', { ...filter, after, limit: 200 }))).items
  } catch {
    return []
  }
}
