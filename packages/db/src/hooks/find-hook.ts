import { isUuid } from '@inlet/domain'
import { CREDENTIAL_OF_SOURCE, STORED_CREDENTIAL_JSON, type StoredCredential } from '../credentials/find-credential.js'
import type { Database } from '../database.js'

/** What must be known of a source to verify what is pushed to it. */
export interface Hook {
  readonly sourceId: string
  readonly connector: string
  readonly status: string
  readonly versionId: string
  readonly config: unknown
  readonly credential: StoredCredential | null
  /** Events that were accepted and are not stored yet. */
  readonly waiting: number
}

interface Row {
  readonly source_id: string
  readonly connector: string
  readonly status: string
  readonly version_id: string
  readonly config: unknown
  readonly credential: StoredCredential | null
  readonly waiting: string
}

/** The last place of a source's inbox that is stored: the cursors of its streams say so. */
export const STORED_SEQ = `coalesce((SELECT min((st.cursor->>'inbox')::bigint) FROM streams st WHERE st.source_id = s.id AND st.cursor ? 'inbox'), 0)`

/** How many of its events are not stored yet. After a reset of the cursor, all that are kept. */
export const WAITING = `greatest(0, coalesce(h.last_seq - greatest(${STORED_SEQ}, (SELECT min(seq) - 1 FROM inbox WHERE source_id = s.id)), 0))`

/** A source with its live version and sealed secrets, by id or slug; null when there is none. */
export const findHook = async (database: Database, ref: string): Promise<Hook | null> => {
  const { rows } = await database.pool.query<Row>({
    name: isUuid(ref) ? 'inlet-hook-id' : 'inlet-hook-slug',
    text: `SELECT s.id AS source_id, s.connector, s.status, v.id AS version_id, v.config, ${STORED_CREDENTIAL_JSON} AS credential, ${WAITING} AS waiting
      FROM sources s JOIN source_versions v ON v.id = s.version_id LEFT JOIN inbox_heads h ON h.source_id = s.id
        ${CREDENTIAL_OF_SOURCE}
      WHERE ${isUuid(ref) ? 's.id = $1::uuid' : 's.slug = $1'} AND s.deleting_at IS NULL`,
    values: [ref],
  })
  return rows[0] === undefined ? null : toHook(rows[0])
}

const toHook = (row: Row): Hook => ({
  sourceId: row.source_id,
  connector: row.connector,
  status: row.status,
  versionId: row.version_id,
  config: row.config,
  credential: row.credential,
  waiting: Number(row.waiting),
})
