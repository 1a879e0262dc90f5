import type { Endpoints, ListChangesQuery } from '@inlet/contract'
import { type ChangePage, type ChangeRequest, findSourceIds, toChangeJson } from '@inlet/db'
import { monotonicNow } from '@inlet/runtime'
import { closeSignal, type Handler } from '../http/reply.js'
import { toFields } from '../records/fields.js'
import { toPageJson } from '../records/record-json.js'
import { MAX_PAGE_BYTES } from '../records/record-page.js'
import { sourceNotFound } from '../source-access/find-source.js'
import { type ChangeDeps, nextChanges, toPosition, toToken } from './next-changes.js'
import { streamChanges } from './stream-changes.js'

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
  async ({ query, principal, request: { headers }, response }) => {
    const isStream = headers.accept?.includes('text/event-stream') === true
    const lastEventId = isStream ? headers['last-event-id'] : undefined
    const request = await toRequest(deps, query)
    const position = await toPosition(deps, typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : query.after)
    const first = await nextChanges(deps, position, request)
    if (!isStream && (query.wait === 0 || first.changes.length > 0)) return toReply(deps, first)
    const leave = deps.streams.take(principal?.keyId ?? '')
    response.once('close', leave)
    if (!isStream) return toReply(deps, await waitForChanges(deps, first, { request, waitMs: query.wait * 1_000, closed: closeSignal(response) }))
    streamChanges(deps, response, { first, request })
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
