import { Failure, type Scope } from '@inlet/domain'
import { monotonicNow } from '@inlet/runtime'
import type { Response } from 'express'
import { type Principal, requireScope } from './principal.js'

/** Whether who called may still see what a request shows that takes long: the key may be revoked, or the session ended, meanwhile. */
export interface Standing {
  /** Does nothing when that was found right within the last second. Throws UNAUTHENTICATED or FORBIDDEN. */
  renew(): Promise<void>
}

/** So long one look holds. */
const HOLDS_MS = 1_000
const KEY = 'whoCallsNow'

/** Says how to find out again who calls; null when nobody may any more. */
export const setWhoCallsNow = (response: Response, find: () => Promise<Principal | null>): void => {
  response.locals[KEY] = find
}

/** Of a request that was allowed just now. */
export const openStanding = (response: Response, scope: Scope, now: () => number = monotonicNow): Standing => {
  let rightAt = now()
  let looking: Promise<void> | null = null
  const look = async (): Promise<void> => {
    const at = now()
    // Only setWhoCallsNow writes there.
    const find = response.locals[KEY] as (() => Promise<Principal | null>) | undefined
    const principal = (await find?.()) ?? null
    if (principal === null) throw new Failure('UNAUTHENTICATED', 'the key or session of this request is not valid any more')
    requireScope(principal, scope)
    rightAt = at
  }
  return {
    async renew() {
      if (now() - rightAt < HOLDS_MS) return
      looking ??= look().finally(() => {
        looking = null
      })
      await looking
    },
  }
}

/** Of requests that nobody's key stands behind. */
export const ALWAYS: Standing = { renew: () => Promise.resolve() }
