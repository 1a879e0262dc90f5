import type { EventView } from '@inlet/contract'

export type LiveState = 'connecting' | 'live' | 'lost'

const RETRY_MS = [500, 1_000, 2_000, 5_000]
/** The API says that it is alive every 15 s. */
const IDLE_MS = 40_000
const BATCH_MS = 150

/**
 * The events of the API (server-sent), read with fetch: EventSource hears only types that it knows beforehand, and cannot say why it failed.
 * Reconnects by itself where it left off.
 */
export const createLive = (onUnauthenticated: () => void) => {
  let state: LiveState = 'connecting'
  let lastEventId: string | null = null
  let running: AbortController | null = null
  let waiting: EventView[] = []
  const stateListeners = new Set<() => void>()
  const eventListeners = new Set<(events: readonly EventView[]) => void>()

  const setState = (next: LiveState): void => {
    if (state === next) return
    state = next
    for (const listener of stateListeners) listener()
  }
  const flush = (): void => {
    const events = waiting
    waiting = []
    for (const listener of eventListeners) listener(events)
  }
  const take = (block: string): void => {
    const lines = block.split('\n')
    const id = lines.find((line) => line.startsWith('id: '))?.slice(4)
    const data = lines.find((line) => line.startsWith('data: '))?.slice(6)
    if (id !== undefined) lastEventId = id
    if (data === undefined) return
    if (waiting.length === 0) setTimeout(flush, BATCH_MS)
    waiting.push(JSON.parse(data) as EventView)
  }
  const follow = async (stop: AbortSignal): Promise<void> => {
    const attempt = new AbortController()
    const abort = (): void => attempt.abort()
    stop.addEventListener('abort', abort)
    let timer = setTimeout(abort, IDLE_MS)
    try {
      const response = await fetch('/v1/events/stream', {
        headers: { accept: 'text/event-stream', ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }) },
        signal: attempt.signal,
      })
      if (response.status === 401) onUnauthenticated()
      if (!response.ok || response.body === null) return
      setState('live')
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (let text = ''; ; ) {
        const { value, done } = await reader.read()
        if (done) return
        clearTimeout(timer)
        timer = setTimeout(abort, IDLE_MS)
        const blocks = (text + value).split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) take(block)
      }
    } catch {
      // Cut off or not reached: the caller tries again.
    } finally {
      clearTimeout(timer)
      stop.removeEventListener('abort', abort)
    }
  }
  const run = async (stop: AbortSignal): Promise<void> => {
    for (let failures = 0; !stop.aborted; failures++) {
      await follow(stop)
      if (stop.aborted) return
      // Read through a function: `follow` has changed it since.
      if (stateNow() === 'live') failures = 0
      setState('lost')
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]))
    }
  }
  const stateNow = (): LiveState => state

  return {
    start(): void {
      running?.abort()
      running = new AbortController()
      setState('connecting')
      void run(running.signal)
    },
    stop(): void {
      running?.abort()
      running = null
    },
    state: stateNow,
    onState: (listener: () => void): (() => void) => {
      stateListeners.add(listener)
      return () => void stateListeners.delete(listener)
    },
    /** Events in the order they happened, in batches; answers what stops listening. */
    onEvents(listener: (events: readonly EventView[]) => void): () => void {
      eventListeners.add(listener)
      return () => void eventListeners.delete(listener)
    },
  }
}
