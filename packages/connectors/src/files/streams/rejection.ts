import type { Failure, RejectedRecord } from '@inlet/connector-sdk'

/** A whole file that could not be read, as an entry of the quarantine. */
export const rejectFile = (stream: string, key: string, failure: Failure): RejectedRecord => ({
  stream,
  key: [key],
  reason: failure.reason,
  message: `${key}: ${failure.message}`,
})
