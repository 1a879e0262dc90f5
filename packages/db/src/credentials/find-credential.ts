import type { Database } from '../database.js'

/** The sealed secrets of a credential, and where they were sealed for. */
export interface StoredCredential {
  readonly id: string
  readonly sealed: unknown
  readonly place: CredentialPlace
  /** Where the secrets may be sent; null for those stored before this was noted: then where the live versions of their sources lead. */
  readonly targets: readonly string[] | null
}

/** The place of the envelope: the source whose own secrets these are, or the shared credential itself. */
export interface CredentialPlace {
  readonly ownerId: string
  readonly version: number
}

/** Joins the credential `c` that source `s` uses: the shared one it names, else its own. */
export const CREDENTIAL_OF_SOURCE = 'LEFT JOIN credentials c ON c.id = s.credential_id OR (s.credential_id IS NULL AND c.source_id = s.id)'

/** A stored credential `c`, with its place as the envelope was sealed for it. */
export const STORED_CREDENTIAL = `c.id, c.sealed, c.targets, json_build_object('ownerId', coalesce(c.source_id, c.id), 'version', c.version) AS place`

/** The same as one JSON value; null without a credential. */
export const STORED_CREDENTIAL_JSON = `CASE WHEN c.id IS NOT NULL THEN json_build_object('id', c.id, 'sealed', c.sealed, 'targets', c.targets, 'place',
  json_build_object('ownerId', coalesce(c.source_id, c.id), 'version', c.version)) END`

/** The credential a source uses, its own or a shared one; null without any. */
export const findCredential = async (database: Database, sourceId: string): Promise<StoredCredential | null> => {
  const { rows } = await database.pool.query<StoredCredential>(
    `SELECT ${STORED_CREDENTIAL} FROM sources s ${CREDENTIAL_OF_SOURCE} WHERE s.id = $1 AND c.id IS NOT NULL`,
    [sourceId],
  )
  return rows[0] ?? null
}

/** A credential by its own id; null when it is gone. */
export const findCredentialById = async (database: Database, credentialId: string): Promise<StoredCredential | null> => {
  const { rows } = await database.pool.query<StoredCredential>(`SELECT ${STORED_CREDENTIAL} FROM credentials c WHERE c.id = $1`, [credentialId])
  return rows[0] ?? null
}

/** The settings of the live versions of all sources that use a credential. */
export const listLiveConfigs = async (database: Database, credentialId: string): Promise<readonly unknown[]> => {
  const { rows } = await database.pool.query<{ config: unknown }>(
    `SELECT v.config FROM sources s ${CREDENTIAL_OF_SOURCE} JOIN source_versions v ON v.id = s.version_id WHERE c.id = $1`,
    [credentialId],
  )
  return rows.map(({ config }) => config)
}
