import { Failure, type Scope } from '@inlet/domain'
import { monotonicNow } from '@inlet/runtime'
import type { Response } from 'express'
import { type Principal, requireScope } from './principal.js'

/** Whether the caller may still see the results of a long request: the key may be revoked, or the session ended, meanwhile. */
export interface Standing {
  /** Checks the caller again, unless it was confirmed within the last second. Throws UNAUTHENTICATED or FORBIDDEN. */
  renew(): Promise<void>
}

/** How long one check is valid. */
const HOLDS_MS = 1_000
const KEY = 'whoCallsNow'

/** Sets how to look up the caller again; `find` returns null when there is none any more. */
export const setWhoCallsNow = (response: Response, find: () => Promise<Principal | null>): void => {
  response.locals[KEY] = find
}

/** Opens the standing of a request that was just authorized. */
export const openStanding = (response: Response, scope: Scope, now: () => number = monotonicNow): Standing => {
  let rightAt = now()
  let looking: Promise<void> | null = null
  const look = async (): Promise<void> => {
    const at = now()
    // Safe: only setWhoCallsNow writes there.
    const find = response.locals[KEY] as (() => Promise<Principal | null>) | undefined
    const principal = (await find?.()) ?? null
    if (principal === null) throw new Failure('UNAUTHENTICATED', 'the key or session of this request is no longer valid')
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

/** For requests that involve no key. */
export const ALWAYS: Standing = { renew: () => Promise.resolve() }
