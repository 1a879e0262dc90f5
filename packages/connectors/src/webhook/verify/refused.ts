import { Failure } from '@inlet/connector-sdk'

/** Not the sender, or not provably. The message is for the operator's log; the sender learns nothing but that. */
export const refused = (message: string): Failure => new Failure('SIGNATURE_INVALID', message)
