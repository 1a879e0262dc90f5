import { FAILURE_CODES, type FailureCode, type WhoActs } from './failure-codes.js'
import { isReason, REASONS } from './reasons.js'

/** Who repairs a fault. A reason that is not known comes from another version, which operators run. */
export const whoActs = (reason: string | null): WhoActs => {
  if (reason === null || !isReason(reason)) return 'operator'
  const rule: { readonly code: FailureCode; readonly who?: WhoActs } = REASONS[reason]
  return rule.who ?? FAILURE_CODES[rule.code].who
}
