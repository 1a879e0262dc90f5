import type pg from 'pg'
import { type ContentRow, toContent, type VersionContent } from './version-content.js'

/** A source with its live version, locked for the rest of the transaction: whoever changes its versions takes this lock first. */
export interface LockedSource {
  readonly status: string
  readonly revision: number
  readonly draftRevision: number
  readonly live: { readonly id: string; readonly number: number; readonly content: VersionContent }
  readonly draft: { readonly id: string; readonly content: VersionContent } | null
  readonly now: Date
}

interface Row extends ContentRow {
  readonly status: string
  readonly revision: number
  readonly draft_revision: number
  readonly version_id: string
  readonly number: number
  readonly now: Date
}

/** Null when the source is unknown or being deleted. */
export const lockSource = async (client: pg.ClientBase, sourceId: string): Promise<LockedSource | null> => {
  // Locked first and read after: what was read together with a lock that had to be waited for is as it was before.
  const locked = await client.query('SELECT FROM sources WHERE id = $1 AND deleting_at IS NULL FOR UPDATE', [sourceId])
  if (locked.rowCount === 0) return null
  const { rows } = await client.query<Row>(
    `SELECT s.status, s.revision, s.draft_revision, s.version_id, v.number, v.config, v.mapping, s.cron, s.time_zone, clock_timestamp() AS now
     FROM sources s JOIN source_versions v ON v.id = s.version_id WHERE s.id = $1`,
    [sourceId],
  )
  const drafts = await client.query<ContentRow & { id: string }>(
    `SELECT id, config, mapping, cron, time_zone FROM source_versions WHERE source_id = $1 AND state = 'draft'`,
    [sourceId],
  )
  const [row] = rows
  const [draft] = drafts.rows
  if (row === undefined) return null
  return {
    status: row.status,
    revision: row.revision,
    draftRevision: row.draft_revision,
    live: { id: row.version_id, number: row.number, content: toContent(row) },
    draft: draft === undefined ? null : { id: draft.id, content: toContent(draft) },
    now: row.now,
  }
}
