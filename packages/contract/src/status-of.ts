import { FAILURE_CODES, REASONS, type Reason } from '@inlet/domain'

/** The HTTP status a reason is answered with: its own, else that of its class. */
export const statusOf = (reason: Reason): number => {
  const rule: { readonly code: keyof typeof FAILURE_CODES; readonly status?: number } = REASONS[reason]
  return rule.status ?? FAILURE_CODES[rule.code].httpStatus
}
