import { type Database, findVersionToLoad } from '@inlet/db'
import { z } from 'zod'
import type { ConnectionPool } from '../extraction/connection-pool.js'
import type { ConnectionDeps } from '../extraction/open-connection.js'
import { openVersion } from '../extraction/open-version.js'
import { credentialKey } from '../extraction/retire-connections.js'

const paramsSchema = z.object({ versionId: z.uuid() })

export interface LoadDeps {
  readonly database: Database
  readonly connecting: ConnectionDeps
  readonly connections: Pick<ConnectionPool, 'use'>
}

/** Opens a version that has just become live, and keeps the connection for its next run. Nothing is read. */
export const loadVersion = async (deps: LoadDeps, params: object): Promise<object> => {
  const version = await findVersionToLoad(deps.database, paramsSchema.parse(params).versionId)
  if (version === null) return { loaded: false }
  const { generation, ...request } = version
  const { sourceId, versionId, credential } = version
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
  return { loaded: true }
}
