import type { Connector } from '@inlet/connector-sdk'
import { type Database, findSharedCredential, type SharedCredential } from '@inlet/db'
import { Failure } from '@inlet/domain'

/** The shared credential that a source of this connector names. Throws VALIDATION_FAILED: unknown, or of another connector. */
export const getSharedCredential = async (database: Database, ref: string, connector: Pick<Connector, 'type'>): Promise<SharedCredential> => {
  const found = await findSharedCredential(database, ref)
  if (found === null)
    throw new Failure('VALIDATION_FAILED', `there is no credential "${ref}"`, {
      field: 'credential',
      next: 'See GET /v1/credentials, or make it first.',
    })
  if (found.connector !== connector.type)
    throw new Failure('VALIDATION_FAILED', `the credential "${found.name}" is for the connector ${found.connector}, not ${connector.type}`, {
      field: 'credential',
      next: `Use a credential of the connector ${connector.type}.`,
    })
  return found
}
