import { isRechecked } from '../sources/recheck.js'
import { FAILURE_CODES, type FailureCode, type WhoActs } from './failure-codes.js'
import { isReason, REASONS } from './reasons.js'

/** What to do about a failure: as the failure itself says, else as its reason does. */
export const nextStepOf = (reason: string | null, own: string | null = null): string =>
  own !== null && own !== '' ? own : reason !== null && isReason(reason) ? REASONS[reason].next : REASONS.INTERNAL.next

const CONTINUES = 'Once that is done it continues by itself at one of the next checks, or at once after POST /v1/sources/{id}/resume.'

/** The same about a source that has stopped: a fault that may be repaired elsewhere is looked for from time to time. */
export const stepOfStopped = (reason: string | null, own: string | null = null): string =>
  isRechecked(reason) ? `${nextStepOf(reason, own)} ${CONTINUES}` : nextStepOf(reason, own)

/** Who repairs a fault. A reason that is not known comes from another version, which operators run. */
export const whoActs = (reason: string | null): WhoActs => {
  if (reason === null || !isReason(reason)) return 'operator'
  const rule: { readonly code: FailureCode; readonly who?: WhoActs } = REASONS[reason]
  return rule.who ?? FAILURE_CODES[rule.code].who
}
