import { Failure } from '@inlet/domain'
import type { Database } from '../database.js'
import { type Actor, writeAudit } from '../sources/audit.js'
import { lockSource } from './lock-source.js'
import { checkDraftRevision, noDraft } from './publish-version.js'
import { type ContentRow, contentValues, toContent, type VersionContent } from './version-content.js'

export interface Draft {
  readonly content: VersionContent
  /** Raised by every change of the draft or of the live version that it would replace. */
  readonly revision: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly live: { readonly id: string; readonly number: number; readonly content: VersionContent }
}

export interface DraftToSave {
  readonly sourceId: string
  /** What is left out is taken from the live version. */
  readonly content: { readonly [K in keyof VersionContent]?: VersionContent[K] | undefined }
  /** The revision the caller has read; null: whatever is there; undefined: there must be no draft yet. */
  readonly expectedRevision: number | null | undefined
  readonly actor: Actor
}

/** Writes the draft of a source, its only one, as a whole. `created`: there was none. Null when the source is unknown. Throws PRECONDITION_REQUIRED, PRECONDITION_FAILED. */
export const saveDraft = (database: Database, request: DraftToSave): Promise<{ readonly created: boolean } | null> =>
  database.transaction(async (client) => {
    const { sourceId, expectedRevision } = request
    const source = await lockSource(client, sourceId)
    if (source === null) return null
    const { draft, live } = source
    if (draft !== null && expectedRevision === undefined)
      throw new Failure('PRECONDITION_REQUIRED', 'there is a draft; If-Match is required to replace it')
    if (typeof expectedRevision === 'number') {
      if (draft === null) throw new Failure('PRECONDITION_FAILED', 'the draft is gone')
      checkDraftRevision(source, expectedRevision)
    }
    const content: VersionContent = {
      config: request.content.config ?? live.content.config,
      mapping: request.content.mapping === undefined ? live.content.mapping : request.content.mapping,
      schedule: request.content.schedule === undefined ? live.content.schedule : request.content.schedule,
    }
    if (draft === null)
      await client.query(`INSERT INTO source_versions (source_id, state, config, mapping, cron, time_zone) VALUES ($1, 'draft', $2, $3, $4, $5)`, [
        sourceId,
        ...contentValues(content),
      ])
    else
      await client.query('UPDATE source_versions SET config = $2, mapping = $3, cron = $4, time_zone = $5, updated_at = now() WHERE id = $1', [
        draft.id,
        ...contentValues(content),
      ])
    await client.query('UPDATE sources SET draft_revision = draft_revision + 1 WHERE id = $1', [sourceId])
    await writeAudit(client, {
      actor: request.actor,
      action: 'source.draft',
      targetType: 'source',
      targetId: sourceId,
      before: draft?.content,
      after: content,
    })
    return { created: draft === null }
  })

/** Throws the draft away. Null when the source is unknown. Throws NOT_FOUND without a draft, PRECONDITION_FAILED. */
export const deleteDraft = (
  database: Database,
  request: { readonly sourceId: string; readonly expectedRevision: number | null; readonly actor: Actor },
): Promise<true | null> =>
  database.transaction(async (client) => {
    const source = await lockSource(client, request.sourceId)
    if (source === null) return null
    if (source.draft === null) throw noDraft()
    if (request.expectedRevision !== null) checkDraftRevision(source, request.expectedRevision)
    await client.query('DELETE FROM source_versions WHERE id = $1', [source.draft.id])
    await client.query('UPDATE sources SET draft_revision = draft_revision + 1 WHERE id = $1', [request.sourceId])
    await writeAudit(client, {
      actor: request.actor,
      action: 'source.discardDraft',
      targetType: 'source',
      targetId: request.sourceId,
      before: source.draft.content,
    })
    return true
  })

interface DraftRow extends ContentRow {
  readonly revision: number
  readonly created_at: Date
  readonly updated_at: Date
  readonly live_id: string
  readonly live: ContentRow & { readonly number: number }
}

/** The draft of a source beside what is live; null without one. */
export const findDraft = async (database: Database, sourceId: string): Promise<Draft | null> => {
  const { rows } = await database.pool.query<DraftRow>(
    `SELECT d.config, d.mapping, d.cron, d.time_zone, s.draft_revision AS revision, d.created_at, d.updated_at, v.id AS live_id,
       jsonb_build_object('number', v.number, 'config', v.config, 'mapping', v.mapping, 'cron', s.cron, 'time_zone', s.time_zone) AS live
     FROM sources s JOIN source_versions v ON v.id = s.version_id JOIN source_versions d ON d.source_id = s.id AND d.state = 'draft'
     WHERE s.id = $1 AND s.deleting_at IS NULL`,
    [sourceId],
  )
  const [row] = rows
  return row === undefined
    ? null
    : {
        content: toContent(row),
        revision: row.revision,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        live: { id: row.live_id, number: row.live.number, content: toContent(row.live) },
      }
}
