import { createHash } from 'node:crypto'
import type { Endpoints } from '@inlet/contract'
import { createPushRuns, type Database, findInboxEvent, listInbox, replayEvents } from '@inlet/db'
import { Failure, toStorableText } from '@inlet/domain'
import type { Queues } from '@inlet/queue'
import { z } from 'zod'
import { listName, type PageTokens, toPage } from '../http/page-token.js'
import { readRawBody } from '../http/read-raw-body.js'
import type { Handler, Reply } from '../http/reply.js'
import type { Slots } from '../http/slots.js'
import { enqueueAfterCommit } from '../source-access/after-commit.js'
import { getSourceId } from '../source-access/lookup.js'
import type { EventWriter } from './event-writer.js'
import type { PushStarter } from './push-starter.js'
import { getHook, type VerifyDeps, verifyRequest } from './verify-request.js'

/** The dependencies of the endpoints for pushed events. */
interface HookDeps extends VerifyDeps {
  readonly database: Database
  readonly queues: Queues
  readonly tokens: PageTokens
  readonly writer: EventWriter
  readonly starter: PushStarter
  /** Bodies being received, by source. */
  readonly bodies: Slots
  /** How long a body may take in total, in ms. */
  readonly bodyMs: number
  /** Largest body in bytes. */
  readonly maxBytes: number
  /** How many events of a source may be waiting to be stored. */
  readonly maxWaiting: number
}

const position = z.tuple([z.string(), z.string()])

const listHookEventsHandler =
  (deps: HookDeps): Handler<Endpoints['listHookEvents']> =>
  async ({ params, query }) => {
    const sourceId = await getSourceId(deps, params.id)
    const { cursor, limit, from, to, state, type, eventId } = query
    const list = listName('listHookEvents', { sourceId, from, to, state, type, eventId })
    const before = cursor === undefined ? null : deps.tokens.decode(list, cursor, position)
    const rows = await listInbox(deps.database, {
      sourceId,
      state,
      type,
      eventId,
      from: toDate(from),
      to: toDate(to),
      before: before === null ? null : { receivedAt: before[0], id: before[1] },
      limit: limit + 1,
    })
    return { status: 200, body: toPage(rows, limit, (last) => deps.tokens.encode(list, [last.receivedAt.toISOString(), last.id])) }
  }

const getHookEventHandler =
  (deps: HookDeps): Handler<Endpoints['getHookEvent']> =>
  async ({ params }) => {
    const event = await findInboxEvent(deps.database, await getSourceId(deps, params.id), params.event)
    if (event === null) throw new Failure('NOT_FOUND', 'there is no such event in the inbox of the source')
    return { status: 200, body: { ...event, body: toStorableText(event.body.toString('utf8')) } }
  }

export const toDate = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))

/** Responds to a sender that verifies the address by GET. */
const verifyHookHandler =
  (deps: HookDeps): Handler<Endpoints['verifyHook']> =>
  async ({ params, request }) => {
    const open = await getHook(deps, request, params.id)
    const receipt = verifyRequest(deps, open, request, Buffer.alloc(0))
    if (receipt.kind !== 'reply') throw new Failure('METHOD_NOT_ALLOWED', 'this source accepts events by POST only')
    return { status: 200, text: receipt.body, headers: { 'content-type': receipt.contentType } }
  }

const replayHooksHandler =
  (deps: HookDeps): Handler<Endpoints['replayHooks']> =>
  async ({ params, body, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    const replayed = await replayEvents(deps.database, { sourceId, ids: body.ids, from: toDate(body.from), to: toDate(body.to) }, actor)
    const [runId = null] = replayed === 0 ? [] : await createPushRuns(deps.database, { sourceIds: [sourceId], limit: 1 })
    if (runId !== null) await enqueueAfterCommit(deps, [runId])
    else if (replayed > 0) deps.starter.record(sourceId)
    return { status: 202, body: { replayed, runId } }
  }

/** A sender that is silent for this long has gone. */
const IDLE_MS = 10_000
const FULL_RETRY_MS = 5_000

/** Receives an event, which is durable before the response. */
const receiveHookHandler =
  (deps: HookDeps): Handler<Endpoints['receiveHook']> =>
  async ({ params, request }) => {
    request.setTimeout(IDLE_MS, () => request.destroy())
    const open = await getHook(deps, request, params.id)
    const leave = deps.bodies.take(open.hook.sourceId)
    const body = await readRawBody(request, { ...deps, what: 'the body of an event' }).finally(leave)
    const receipt = verifyRequest(deps, open, request, body)
    if (receipt.kind === 'reply') return { status: 200, text: receipt.body, headers: { 'content-type': receipt.contentType } }
    const { sourceId, status, waiting } = open.hook
    if (status === 'PAUSED') throw paused()
    if (waiting > deps.maxWaiting)
      throw new Failure('INBOX_FULL', `${waiting} events of this source wait to be stored`, { retryAfterMs: FULL_RETRY_MS })
    const { eventId, eventType, headers, sameAs } = receipt
    const contentHash = createHash('sha256')
      .update(sameAs ?? body)
      .digest()
    const added = await deps.writer.add({ sourceId, eventId, eventType, headers, body, contentHash })
    if (added.result === 'closed') throw paused()
    if (added.result === 'conflict') throw new Failure('EVENT_ID_REUSED', 'an event with this id and different content was accepted earlier')
    if (added.result === 'added') deps.starter.record(sourceId)
    return receipt.silent === true ? { status: 200, text: '' } : toReply(added.result, added.id)
  }

const paused = (): Failure => new Failure('HOOK_PAUSED', 'the source is paused and accepts no events')

const toReply = (result: 'added' | 'duplicate', id: string): Reply =>
  result === 'added' ? { status: 202, body: { status: 'accepted', id } } : { status: 200, body: { status: 'duplicate', id } }

export const createHookHandlers = (deps: HookDeps) => ({
  receiveHook: receiveHookHandler(deps),
  verifyHook: verifyHookHandler(deps),
  listHookEvents: listHookEventsHandler(deps),
  getHookEvent: getHookEventHandler(deps),
  replayHooks: replayHooksHandler(deps),
})
