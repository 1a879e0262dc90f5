import type { WhoActs } from '../errors/failure-codes.js'

/** The one thing that keeps a source from running now. */
export interface Blocker {
  /** The name of the failure, if it has one: the same as on the run, the incident and the last error. */
  readonly code?: string
  readonly message: string
  readonly who: WhoActs
  readonly next: string
  /** When it clears by itself, if known. */
  readonly clearsAt: Date | null
  /** The reason of the failure behind it; null when there is none. */
  readonly reason: string | null
  /** Whether quarantined records are part of it; absent: no. */
  readonly inQuarantine?: boolean
}

const NOTHING_TO_DO = 'Nothing to do.'
type Because = string | null

export const waits = (message: string, clearsAt: Date | null, next = NOTHING_TO_DO, reason: Because = null): Blocker => ({
  message,
  who: 'nobody',
  next,
  clearsAt,
  reason,
})
export const asksOwner = (message: string, next: string, clearsAt: Date | null = null, reason: Because = null): Blocker => ({
  message,
  who: 'owner',
  next,
  clearsAt,
  reason,
})
export const asksOperator = (message: string, next: string, reason: Because = null): Blocker => ({
  message,
  who: 'operator',
  next,
  clearsAt: null,
  reason,
})
