import { FAILURE_CODES, REASONS, type Reason } from '@inlet/domain'

/** Returns the HTTP status for a reason: its own, otherwise that of its class. */
export const statusOf = (reason: Reason): number => {
  const rule: { readonly code: keyof typeof FAILURE_CODES; readonly status?: number } = REASONS[reason]
  return rule.status ?? FAILURE_CODES[rule.code].httpStatus
}
