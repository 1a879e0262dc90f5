import type { HookDeps } from './hook-deps.js'
import { getHookEventHandler, listHookEventsHandler } from './list-hook-events.js'
import { receiveHookHandler } from './receive-hook.js'
import { replayHooksHandler } from './replay-hooks.js'
import { verifyHookHandler } from './verify-hook.js'

export const createHookHandlers = (deps: HookDeps) => ({
  receiveHook: receiveHookHandler(deps),
  verifyHook: verifyHookHandler(deps),
  listHookEvents: listHookEventsHandler(deps),
  getHookEvent: getHookEventHandler(deps),
  replayHooks: replayHooksHandler(deps),
})
