import type { FailureCode } from '../errors/failure-codes.js'
import { isReason, REASONS, type Reason } from '../errors/reasons.js'

/** Classes of faults that somebody may repair on the other side, without a word to Inlet. */
const REPAIRED_ELSEWHERE: readonly FailureCode[] = ['auth_failed', 'permission_denied', 'config_invalid']

/** Reasons of sources in ERROR that are checked again from time to time. Those that end their workers are tried again alone instead. */
export const RECHECKED_REASONS: readonly Reason[] = (Object.keys(REASONS) as Reason[]).filter(
  (reason) => REPAIRED_ELSEWHERE.includes(REASONS[reason].code) && reason !== 'POISON_SOURCE',
)

/** Whether a source that stopped for this reason is checked again by itself. */
export const isRechecked = (reason: string | null): boolean => reason !== null && isReason(reason) && RECHECKED_REASONS.includes(reason)

const FIRST_MS = 300_000
const LONGEST_MS = 86_400_000

/**
 * When a source is checked again after so many tries in a row that failed, in ms: five minutes doubling up to a day, between half and the
 * whole of it. Rare enough that no system locks an account for it. `random` is in [0, 1).
 */
export const recheckDelayMs = (failures: number, random: number): number => {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(failures - 1, 0), 20))
  return Math.floor(whole / 2 + (random * whole) / 2)
}
