import { createHash } from 'node:crypto'
import type { Endpoints } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import type { Handler, Reply } from '../http/reply.js'
import type { HookDeps } from './hook-deps.js'
import { getHook, judgeRequest } from './judge-request.js'
import { readRawBody } from './read-raw-body.js'

/** A sender that is silent for so long has gone. */
const SILENCE_MS = 10_000
const FULL_RETRY_MS = 5_000

/** Takes an event: it is durable before the answer. */
export const receiveHookHandler =
  (deps: HookDeps): Handler<Endpoints['receiveHook']> =>
  async ({ params, request }) => {
    request.setTimeout(SILENCE_MS, () => request.destroy())
    const open = await getHook(deps, request, params.id)
    const leave = deps.bodies.take(open.hook.sourceId)
    const body = await readRawBody(request, deps).finally(leave)
    const receipt = judgeRequest(deps, open, request, body)
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
    if (added.result === 'conflict') throw new Failure('EVENT_ID_REUSED', 'an event with this id and another content was accepted before')
    if (added.result === 'added') deps.starter.note(sourceId)
    return receipt.silent === true ? { status: 200, text: '' } : toReply(added.result, added.id)
  }

const paused = (): Failure => new Failure('HOOK_PAUSED', 'the source is paused and takes no events')

const toReply = (result: 'added' | 'duplicate', id: string): Reply =>
  result === 'added' ? { status: 202, body: { status: 'accepted', id } } : { status: 200, body: { status: 'duplicate', id } }
