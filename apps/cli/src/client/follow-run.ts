import { setTimeout as delay } from 'node:timers/promises'
import type { RunView } from '@inlet/contract'
import { type ApiClient, withQuery } from './api-client.js'

export interface FollowRunOptions {
  readonly source: string
  readonly runId: string
  readonly signal: AbortSignal
  /** Interval for polling the counts, in ms. */
  readonly pollMs?: number
}

/**
 * Yields a run whenever it has changed, until it ends or the signal aborts. Events of its source trigger a poll at once; counts change without
 * events, so it is also polled regularly, which suffices if a proxy holds streams back.
 */
export async function* followRun(api: ApiClient, options: FollowRunOptions): AsyncGenerator<RunView> {
  const { runId, signal, pollMs = 1_000 } = options
  const done = new AbortController()
  const stop = (): void => done.abort()
  signal.addEventListener('abort', stop, { once: true })
  let wake = (): void => undefined
  void listen(api, options, { signal: done.signal, onEvent: () => wake() })
  try {
    let last = ''
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const run = await api.call<RunView>('GET', `/v1/runs/${runId}`)
      const text = JSON.stringify(run)
      if (text !== last) yield run
      last = text
      if (run.status === 'ended') return
      await Promise.race([woken, delay(pollMs, undefined, { signal: done.signal }).catch(() => undefined)])
    }
  } finally {
    signal.removeEventListener('abort', stop)
    done.abort()
  }
}

const listen = async (
  api: ApiClient,
  { source, runId }: FollowRunOptions,
  how: { readonly signal: AbortSignal; readonly onEvent: () => void },
): Promise<void> => {
  try {
    for await (const { data } of api.events(withQuery('/v1/events/stream', { source }), { signal: how.signal }))
      if (data.includes(runId)) how.onEvent()
  } catch {
    // Regular polling continues without it.
  }
}
