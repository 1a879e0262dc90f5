import { once } from 'node:events'
import { timeoutSignal } from '@inlet/connector-sdk'
import type { Endpoints, ListChangesQuery } from '@inlet/contract'
import {
  type ChangePage,
  type ChangePosition,
  type ChangeRequest,
  type Database,
  findSourceIds,
  readChanges,
  startOfChanges,
  toChangeJson,
} from '@inlet/db'
import { Failure } from '@inlet/domain'
import { monotonicNow } from '@inlet/runtime'
import type { Response } from 'express'
import { z } from 'zod'
import type { PageTokens } from '../http/page-token.js'
import { closeSignal, type Handler, onceClosed } from '../http/reply.js'
import type { Slots } from '../http/slots.js'
import type { Standing } from '../http/standing.js'
import { MAX_PAGE_BYTES, toFields, toPageJson } from '../records/record-json.js'
import { sourceNotFound } from '../source-access/lookup.js'
import type { ChangeHub } from './change-hub.js'

interface ChangeDeps {
  readonly database: Database
  readonly tokens: PageTokens
  readonly hub: ChangeHub
  /** Limited by API key. */
  readonly streams: Slots
  /** Aborts when the process drains. */
  readonly stopping: AbortSignal
}

const LIST = 'listChanges'
const number = z.string().regex(/^\d{1,19}$/u)
const placeTuple = [z.string(), number, number, number] as const
const token = z.union([z.tuple([...placeTuple]), z.tuple([...placeTuple, number, number])])

/** Returns the token after which a consumer continues. */
const toToken = ({ tokens }: Pick<ChangeDeps, 'tokens'>, { cluster, xid, id, doc, walk }: ChangePosition): string =>
  tokens.encode(LIST, [cluster, xid, id, doc, ...(walk === null ? [] : [walk.doc, walk.last])])

/** Returns the position to start from. Throws INVALID_CURSOR. */
const toPosition = async (deps: ChangeDeps, after: string | undefined): Promise<ChangePosition> => {
  if (after === undefined) return startOfChanges(deps.database, 'beginning')
  if (after === 'now') return startOfChanges(deps.database, 'now')
  const [cluster, xid, id, doc, walked, last] = readToken(deps, after)
  return { cluster, xid, id, doc, walk: walked === undefined || last === undefined ? null : { doc: walked, last } }
}

const readToken = (deps: ChangeDeps, after: string): z.output<typeof token> => {
  try {
    return deps.tokens.decode(LIST, after, token)
  } catch (cause) {
    throw new Failure('INVALID_CURSOR', 'this is not a token of the change feed', { field: 'after', cause })
  }
}

/** Returns the next changes. Throws TOKEN_EXPIRED when some of them are gone. */
const nextChanges = async (deps: ChangeDeps, position: ChangePosition, request: ChangeRequest): Promise<ChangePage> => {
  const page = await readChanges(deps.database, position, request)
  if (page !== null) return page
  throw new Failure('TOKEN_EXPIRED', 'changes after this token are no longer kept, or the database was restored or replaced since', {
    field: 'after',
  })
}

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
  const signal = timeoutSignal(LIFETIME_MS, deps.stopping, closeSignal(response))
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
