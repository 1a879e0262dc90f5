import { type Database, findLastEventId, listNewEvents, type StoredEvent } from '@inlet/db'
import { monotonicNow } from '@inlet/runtime'
import { advanceWindow, type EventWindow, watermark } from './event-window.js'

export interface LiveEvent {
  readonly event: StoredEvent
  /** The id to resume after without missing anything. */
  readonly resumeId: string
}

type Listener = (live: LiveEvent) => void

/** Notifies all followers of new events; polls the table only while there are any. */
export interface EventHub {
  /** Subscribes to events committed from now on. The caller calls the returned function to unsubscribe. */
  subscribe(listener: Listener): Promise<() => void>
  close(): void
}

const BATCH = 1_000

export const createEventHub = (options: {
  readonly database: Database
  readonly pollMs: number
  readonly onError: (error: unknown) => void
}): EventHub => {
  const { database, pollMs, onError } = options
  const listeners = new Set<Listener>()
  let window: EventWindow | null = null
  let timer: NodeJS.Timeout | undefined
  let closed = false

  let polling: Promise<boolean> = Promise.resolve(false)

  /** Notifies the listeners of new events; returns true when there may be more right away. */
  const pollNow = async (): Promise<boolean> => {
    window ??= { lastId: BigInt(await findLastEventId(database)), missing: new Map() }
    const current = window
    const events = await listNewEvents(database, {
      afterId: String(current.lastId),
      missingIds: [...current.missing.keys()].map(String),
      limit: BATCH,
    })
    for (const event of events) {
      window = advanceWindow(window, [BigInt(event.id)], monotonicNow())
      const low = watermark(window)
      const resumeId = String(low < BigInt(event.id) ? low : BigInt(event.id))
      for (const listener of listeners) listener({ event, resumeId })
    }
    window = advanceWindow(window, [], monotonicNow())
    return events.length === BATCH
  }

  // One at a time, so that nothing is sent twice.
  const poll = (): Promise<boolean> => {
    polling = polling.then(pollNow, pollNow)
    return polling
  }

  const schedule = (delayMs: number): void => {
    if (closed || listeners.size === 0) {
      window = null
      timer = undefined
      return
    }
    timer = setTimeout(() => void tick(), delayMs)
  }

  const tick = async (): Promise<void> => {
    let more = false
    try {
      more = await poll()
    } catch (error) {
      onError(error)
    }
    schedule(more ? 0 : pollMs)
  }

  return {
    async subscribe(listener) {
      // Events committed before now belong to the past for this listener.
      while (await poll());
      listeners.add(listener)
      if (timer === undefined) schedule(pollMs)
      return () => void listeners.delete(listener)
    },
    close() {
      closed = true
      clearTimeout(timer)
      listeners.clear()
    },
  }
}
