import type { Connector } from '@inlet/connector-sdk'
import type { SharedCredential } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { CredentialDeps } from './credential-deps.js'
import { getSharedCredential } from './get-shared-credential.js'

export interface GivenSecrets {
  readonly secrets?: Readonly<Record<string, unknown>> | undefined
  /** Id or name of a shared credential; null: no longer one. */
  readonly credential?: string | null | undefined
}

/** The shared credential a request names; null when it names none. Throws VALIDATION_FAILED: unknown, of another connector, or beside secrets. */
export const chooseCredential = async (
  deps: Pick<CredentialDeps, 'database'>,
  connector: Pick<Connector, 'type'>,
  { secrets, credential }: GivenSecrets,
): Promise<SharedCredential | null> => {
  if (typeof credential !== 'string') return null
  if (secrets !== undefined) {
    const next = 'Leave out one of the two.'
    throw new Failure('VALIDATION_FAILED', 'a source has either secrets of its own or a shared credential', { field: 'credential', next })
  }
  return getSharedCredential(deps.database, credential, connector)
}
