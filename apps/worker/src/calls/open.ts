import type { CallAnswer, CallParams } from '@inlet/contract'
import { type Database, findVersionToLoad } from '@inlet/db'
import type { ConnectionPool } from '../connections/connection-pool.js'
import type { ConnectionDeps } from '../connections/open-connection.js'
import { openVersion } from '../connections/open-version.js'
import { credentialKey } from '../connections/retire-connections.js'

export interface OpenDeps {
  readonly database: Database
  readonly connecting: ConnectionDeps
  readonly connections: Pick<ConnectionPool, 'use'>
}

/** Opens a version that has just gone live, and keeps the connection for its next run. Reads nothing. */
export const openLiveVersion = async (deps: OpenDeps, { versionId }: CallParams<'open'>): Promise<CallAnswer<'open'>> => {
  const version = await findVersionToLoad(deps.database, versionId)
  if (version === null) return { opened: false }
  const { generation, ...request } = version
  const { sourceId, credential } = version
  const key = {
    sourceId,
    versionId,
    generation,
    knowsRecords: true,
    credential: credentialKey(credential === null ? null : { id: credential.id, version: credential.place.version }),
  }
  await deps.connections.use(
    key,
    (closing) => openVersion(deps.connecting, request, closing),
    async () => {},
  )
  return { opened: true }
}
