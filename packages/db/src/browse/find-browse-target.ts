import { CREDENTIAL_OF_SOURCE } from '../credentials/find-credential.js'
import type { Database } from '../database.js'
import { byRef } from '../sources/find-source.js'

export interface BrowseTarget {
  readonly id: string
  readonly connector: string
  readonly config: unknown
  /** Changes with everything that an answer depends on besides its time: version, credential, and the generation that reload raises. */
  readonly stamp: string
}

/** What browsing a saved source needs; its secrets stay where they are. Null when unknown or being deleted. */
export const findBrowseTarget = async (database: Database, ref: string): Promise<BrowseTarget | null> => {
  // SQL: what the stamp is made of is read at one moment.
  const { rows } = await database.pool.query<BrowseTarget>(
    `SELECT s.id, s.connector, v.config, concat_ws(' ', v.id, s.generation, c.id, c.version) AS stamp
     FROM sources s JOIN source_versions v ON v.id = s.version_id ${CREDENTIAL_OF_SOURCE} WHERE ${byRef(ref)} AND s.deleting_at IS NULL`,
    [ref],
  )
  return rows[0] ?? null
}
