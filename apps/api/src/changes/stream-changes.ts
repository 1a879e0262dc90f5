import { once } from 'node:events'
import { type ChangePage, type ChangeRequest, toChangeJson } from '@inlet/db'
import type { Response } from 'express'
import { closeSignal } from '../http/reply.js'
import { type ChangeDeps, nextChanges, toToken } from './next-changes.js'

const HEARTBEAT_MS = 15_000
/** Clients connect again by themselves; their key is checked again then. */
const LIFETIME_MS = 900_000

/** Server-sent events (WHATWG HTML, section 9.2), as fast as the client reads them. Ends with the process, or with an error: the client comes again. */
export const streamChanges = (
  deps: ChangeDeps,
  response: Response,
  { first, request }: { readonly first: ChangePage; readonly request: ChangeRequest },
): void => {
  response.status(200).set({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  response.flushHeaders()
  response.write('retry: 2000\n\n')
  const signal = AbortSignal.any([deps.stopping, closeSignal(response), AbortSignal.timeout(LIFETIME_MS)])
  const send = async (text: string): Promise<void> => {
    if (!response.write(text)) await once(response, 'drain', { signal })
  }
  const follow = async (): Promise<void> => {
    for (let page = first; !signal.aborted; page = await nextChanges(deps, page.next, request)) {
      const events = page.changes.map((change) => `id: ${toToken(deps, change.position)}\nevent: ${change.op}\ndata: ${toChangeJson(change)}\n\n`)
      // An id without data moves the client's position and carries nothing.
      await send(`${events.join('')}id: ${toToken(deps, page.next)}\n\n`)
      if (page.atEnd) await deps.hub.wait(page.next, { timeoutMs: HEARTBEAT_MS, signal })
    }
  }
  void follow()
    .catch(() => {})
    .finally(() => response.end())
}
