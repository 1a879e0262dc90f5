import { CREDENTIAL_OF_SOURCE, STORED_CREDENTIAL_JSON, type StoredCredential } from '../credentials/stored-credential.js'
import type { Database } from '../database.js'

/** What determines whether an open connection may still be used. */
export interface LiveConnection {
  readonly versionId: string
  readonly generation: number
  readonly credential: { readonly id: string; readonly version: number } | null
}

// SQL: source, version and credential must be read at one moment; workers ask at every run.

/** Returns what is now live for these sources; one that is gone is missing from the result. */
export const findLiveConnections = async (database: Database, sourceIds: readonly string[]): Promise<ReadonlyMap<string, LiveConnection>> => {
  const { rows } = await database.pool.query<LiveConnection & { sourceId: string }>(
    `SELECT s.id AS "sourceId", s.version_id AS "versionId", s.generation,
       CASE WHEN c.id IS NOT NULL THEN json_build_object('id', c.id, 'version', c.version) END AS credential
     FROM sources s ${CREDENTIAL_OF_SOURCE} WHERE s.id = ANY($1::uuid[]) AND s.deleting_at IS NULL`,
    [sourceIds],
  )
  return new Map(rows.map(({ sourceId, ...live }) => [sourceId, live]))
}

export interface VersionToLoad {
  readonly sourceId: string
  readonly versionId: string
  readonly connector: string
  readonly config: unknown
  readonly generation: number
  readonly credential: StoredCredential | null
}

/** Returns a version with everything needed to open it; null when it is no longer live. */
export const findVersionToLoad = async (database: Database, versionId: string): Promise<VersionToLoad | null> => {
  const { rows } = await database.pool.query<VersionToLoad>(
    `SELECT s.id AS "sourceId", v.id AS "versionId", s.connector, v.config, s.generation,
       ${STORED_CREDENTIAL_JSON} AS credential
     FROM source_versions v JOIN sources s ON s.version_id = v.id ${CREDENTIAL_OF_SOURCE} WHERE v.id = $1 AND s.deleting_at IS NULL`,
    [versionId],
  )
  return rows[0] ?? null
}
