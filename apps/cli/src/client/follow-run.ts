import { setTimeout as delay } from 'node:timers/promises'
import type { RunView } from '@inlet/contract'
import { type ApiClient, withQuery } from './api-client.js'

export interface FollowRunOptions {
  readonly source: string
  readonly runId: string
  readonly signal: AbortSignal
  /** Between two looks at the counts, in ms. */
  readonly pollMs?: number
}

/**
 * A run whenever it has changed, until it has ended or the signal aborts. Events of its source are the occasion to look
 * at once; counts move without events, so it is looked at regularly as well, which suffices where a proxy holds streams back.
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
    // The regular look continues without it.
  }
}
