import type { Endpoints } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import type { HookDeps } from './hook-deps.js'
import { getHook, judgeRequest } from './judge-request.js'

/** Answers a sender that checks the address by GET. */
export const verifyHookHandler =
  (deps: HookDeps): Handler<Endpoints['verifyHook']> =>
  async ({ params, request }) => {
    const open = await getHook(deps, request, params.id)
    const receipt = judgeRequest(deps, open, request, Buffer.alloc(0))
    if (receipt.kind !== 'reply') throw new Failure('METHOD_NOT_ALLOWED', 'this source takes events by POST')
    return { status: 200, text: receipt.body, headers: { 'content-type': receipt.contentType } }
  }
