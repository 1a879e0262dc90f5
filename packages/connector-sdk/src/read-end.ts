import type { Reason } from '@inlet/domain'

/**
 * How the reading of a stream ended. `complete` is a claim about the source, so it names what proves it: an end marker, a
 * total that was reached, the commit of a transaction. Whatever cannot be proved is incomplete.
 */
export type ReadEnd =
  | { readonly complete: true; readonly proof: string }
  | { readonly complete: false; readonly reason: Reason; readonly message: string }

/** All that exists, or has come since the cursor, was yielded. `proof` is a short text for people. */
export const complete = (proof: string): ReadEnd => ({ complete: true, proof })

/** Something may be missing. `message` says what, without values of records. */
export const incomplete = (message: string, reason: Reason = 'READING_INCOMPLETE'): ReadEnd => ({ complete: false, reason, message })

/** What the worker takes a reading for whose connector says nothing, e.g. one without types. */
export const UNDECLARED_END: ReadEnd = incomplete('the connector does not say whether it has read everything')
