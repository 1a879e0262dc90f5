import type { FailureCode } from '../errors/failure-codes.js'
import { isReason, REASONS, type Reason } from '../errors/reasons.js'

/** Classes of failures that may be repaired on the other side without Inlet noticing. */
const REPAIRED_ELSEWHERE: readonly FailureCode[] = ['auth_failed', 'permission_denied', 'config_invalid']

/** Reasons for which sources in ERROR are checked again from time to time. Sources that kill their workers are instead tried again alone. */
export const RECHECKED_REASONS: readonly Reason[] = (Object.keys(REASONS) as Reason[]).filter(
  (reason) => REPAIRED_ELSEWHERE.includes(REASONS[reason].code) && reason !== 'POISON_SOURCE',
)

/** Whether a source that stopped for this reason is checked again automatically. */
export const isRechecked = (reason: string | null): boolean => reason !== null && isReason(reason) && RECHECKED_REASONS.includes(reason)

const FIRST_MS = 300_000
const LONGEST_MS = 86_400_000

/**
 * Returns when a source is checked again after this many consecutive failures, in ms: five minutes doubling up to a day, with jitter between half and
 * all of it. Rare enough that no system locks an account because of it. `random` is in [0, 1).
 */
export const recheckDelayMs = (failures: number, random: number): number => {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(failures - 1, 0), 20))
  return Math.floor(whole / 2 + (random * whole) / 2)
}
