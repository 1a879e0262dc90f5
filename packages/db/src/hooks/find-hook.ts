import { isUuid } from '@inlet/domain'
import { CREDENTIAL_OF_SOURCE, STORED_CREDENTIAL_JSON, type StoredCredential } from '../credentials/stored-credential.js'
import type { Database } from '../database.js'

/** What is needed to verify an event pushed to a source. */
export interface Hook {
  readonly sourceId: string
  readonly connector: string
  readonly status: string
  readonly versionId: string
  readonly config: unknown
  readonly credential: StoredCredential | null
  /** Events accepted but not yet stored. */
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

/** SQL: the last stored position of a source's inbox, according to the cursors of its streams. */
export const STORED_SEQ = `coalesce((SELECT min((st.cursor->>'inbox')::bigint) FROM streams st WHERE st.source_id = s.id AND st.cursor ? 'inbox'), 0)`

/** SQL: how many of a source's events are not yet stored. After a cursor reset, all that are kept. */
export const WAITING = `greatest(0, coalesce(h.last_seq - greatest(${STORED_SEQ}, (SELECT min(seq) - 1 FROM inbox WHERE source_id = s.id)), 0))`

/** Returns a source with its live version and sealed secrets, by id or slug; null when there is none. */
export const findHook = async (database: Database, ref: string): Promise<Hook | null> => {
  // SQL: every pushed event waits for it, and everything is read at one moment.
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
