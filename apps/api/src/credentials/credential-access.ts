import type { Connector } from '@inlet/connector-sdk'
import { type Database, findSharedCredential, type SharedCredential } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { SourceDeps } from '../source-access/source-deps.js'

/** The dependencies of the shared credential endpoints. */
export type CredentialDeps = Pick<SourceDeps, 'database' | 'queues' | 'keyring' | 'tokens' | 'findConnector' | 'secrets' | 'log' | 'limits'>

/**
 * Returns the shared credential that a source of this connector names. Throws VALIDATION_FAILED when it is unknown or belongs to another connector.
 */
const getSharedCredential = async (database: Database, ref: string, connector: Pick<Connector, 'type'>): Promise<SharedCredential> => {
  const found = await findSharedCredential(database, ref)
  if (found === null)
    throw new Failure('VALIDATION_FAILED', `there is no credential "${ref}"`, {
      field: 'credential',
      next: '`inlet credentials` (GET /v1/credentials) lists them; or make it first.',
    })
  if (found.connector !== connector.type)
    throw new Failure('VALIDATION_FAILED', `the credential "${found.name}" is for the connector ${found.connector}, not ${connector.type}`, {
      field: 'credential',
      next: `Use a credential of the connector ${connector.type}.`,
    })
  return found
}

interface GivenSecrets {
  readonly secrets?: Readonly<Record<string, unknown>> | undefined
  /** Id or name of a shared credential; null: stop using one. */
  readonly credential?: string | null | undefined
}

/**
 * Returns the shared credential a request names; null when it names none. Throws VALIDATION_FAILED when it is unknown, belongs to another connector,
 * or is given together with secrets.
 */
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
