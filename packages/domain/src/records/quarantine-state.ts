export const QUARANTINE_STATES = ['open', 'retrying', 'retried', 'superseded', 'resolved', 'dropped'] as const
/**
 * The state of a record that could not be stored. `open`: nothing has been decided; `retrying`: a retry was requested, and its run is pending;
 * `retried`: stored, or left out by the mapping; `superseded`: the source has moved on, and something newer is stored under its key; `resolved`: the
 * source brought the key again by itself, or a complete reading showed that it is over; `dropped`: given up by a person.
 */
export type QuarantineState = (typeof QUARANTINE_STATES)[number]

export const RETRY_OUTCOMES = ['stored', 'left_out', 'superseded', 'failed'] as const
/** What the last retry did with a record. */
export type RetryOutcome = (typeof RETRY_OUTCOMES)[number]

export const RESOLUTIONS = ['brought_again', 'gone', 'not_repeated'] as const
/**
 * Why a record is resolved. `brought_again`: its key came again, with its content or deleted; `gone`: a complete reading did not show its key;
 * `not_repeated`: it has no key, and a complete reading did not fail on it again.
 */
export type Resolution = (typeof RESOLUTIONS)[number]

/** Returns why a record cannot be retried as it is; null when it can. Pure. */
export const whyNotRetryable = (row: { readonly stream: string; readonly state: QuarantineState; readonly hasRecord: boolean }): string | null => {
  if (row.state === 'retrying') return 'it is being retried'
  if (row.state !== 'open') return `it is no longer open: ${row.state}`
  if (row.stream === '') return 'it is a batch, not a record'
  return row.hasRecord ? null : 'only the beginning of the raw input is kept: send the whole record with the retry'
}
