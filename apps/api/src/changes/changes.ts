import { once } from 'node:events'
import type { Endpoints, ListChangesQuery } from '@inlet/contract'
import { type ChangePage, type ChangeRequest, findSourceIds, toChangeJson } from '@inlet/db'
import { monotonicNow } from '@inlet/runtime'
import type { Response } from 'express'
import { closeSignal, type Handler, onceClosed } from '../http/reply.js'
import type { Standing } from '../http/standing.js'
import { MAX_PAGE_BYTES, toFields, toPageJson } from '../records/record-json.js'
import { sourceNotFound } from '../source-access/find-source.js'
import { type ChangeDeps, nextChanges, toPosition, toToken } from './next-changes.js'

const toRequest = async ({ database }: ChangeDeps, query: ListChangesQuery): Promise<ChangeRequest> => {
  const ids = query.source.length === 0 ? undefined : await findSourceIds(database, query.source)
  const sourceIds = ids?.map((id) => {
    if (id === null) throw sourceNotFound()
    return id
  })
  return {
    filter: { sourceIds, stream: query.stream, kind: query.kind },
    fields: toFields(query.fields.length === 0 ? ['data', 'text'] : query.fields),
    limit: query.limit,
    maxBytes: MAX_PAGE_BYTES,
  }
}

const listChangesHandler =
  (deps: ChangeDeps): Handler<Endpoints['listChanges']> =>
  async ({ query, principal, standing, request: { headers }, response }) => {
    const isStream = headers.accept?.includes('text/event-stream') === true
    const lastEventId = isStream ? headers['last-event-id'] : undefined
    const request = await toRequest(deps, query)
    const position = await toPosition(deps, typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : query.after)
    const first = await nextChanges(deps, position, request)
    if (!isStream && (query.wait === 0 || first.changes.length > 0)) return toReply(deps, first)
    const leave = deps.streams.take(principal?.id ?? '')
    onceClosed(response, leave)
    if (!isStream) return toReply(deps, await waitForChanges(deps, first, { request, waitMs: query.wait * 1_000, closed: closeSignal(response) }))
    streamChanges(deps, response, { first, request, standing })
    return null
  }

const waitForChanges = async (
  deps: ChangeDeps,
  first: ChangePage,
  options: { readonly request: ChangeRequest; readonly waitMs: number; readonly closed: AbortSignal },
): Promise<ChangePage> => {
  const deadline = monotonicNow() + options.waitMs
  const signal = AbortSignal.any([deps.stopping, options.closed])
  let page = first
  while (page.changes.length === 0 && !signal.aborted) {
    const timeoutMs = deadline - monotonicNow()
    if (timeoutMs <= 0) break
    if (page.atEnd) await deps.hub.wait(page.next, { timeoutMs, signal })
    page = await nextChanges(deps, page.next, options.request)
  }
  return page
}

const toReply = (deps: ChangeDeps, { changes, next, atEnd }: ChangePage) => ({
  status: 200,
  json: toPageJson(changes.map(toChangeJson), { nextToken: toToken(deps, next), more: !atEnd }),
})

export const createChangeHandlers = (deps: ChangeDeps) => ({ listChanges: listChangesHandler(deps) })

const HEARTBEAT_MS = 15_000
/** Clients reconnect by themselves. */
const LIFETIME_MS = 900_000

/**
 * Streams changes as server-sent events (WHATWG HTML, section 9.2), as fast as the client reads them. Ends when the process does or on an error: the
 * client then reconnects.
 */
const streamChanges = (
  deps: ChangeDeps,
  response: Response,
  { first, request, standing }: { readonly first: ChangePage; readonly request: ChangeRequest; readonly standing: Standing },
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
      // A revoked key reads nothing more.
      await standing.renew()
      // An id without data advances the client's position without an event.
      await send(`${events.join('')}id: ${toToken(deps, page.next)}\n\n`)
      if (page.atEnd) await deps.hub.wait(page.next, { timeoutMs: HEARTBEAT_MS, signal })
    }
  }
  void follow()
    .catch(() => {})
    .finally(() => response.end())
}
