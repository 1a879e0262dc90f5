import type pg from 'pg'
import { contentValues, type VersionContent } from './version-content.js'

const NEXT_NUMBER = '(SELECT coalesce(max(number), 0) + 1 FROM source_versions WHERE source_id = $1)'

export const retirePublished = async (client: pg.ClientBase, sourceId: string): Promise<void> => {
  await client.query(`UPDATE source_versions SET state = 'retired' WHERE source_id = $1 AND state = 'published'`, [sourceId])
}

/** Adds content as the next published version in place of the present one. The caller holds the lock on the source. */
export const insertPublished = async (
  client: pg.ClientBase,
  version: { readonly sourceId: string; readonly content: VersionContent; readonly restoredFrom?: number },
): Promise<{ readonly id: string; readonly number: number }> => {
  await retirePublished(client, version.sourceId)
  const { rows } = await client.query<{ id: string; number: number }>(
    `INSERT INTO source_versions (source_id, number, state, config, mapping, cron, time_zone, restored_from, published_at)
     VALUES ($1, ${NEXT_NUMBER}, 'published', $2, $3, $4, $5, $6, now()) RETURNING id, number`,
    [version.sourceId, ...contentValues(version.content), version.restoredFrom ?? null],
  )
  return firstOf(rows)
}

/** Makes the draft the next published version in place of the present one. The caller holds the lock on the source. */
export const publishDraftRow = async (
  client: pg.ClientBase,
  draft: { readonly sourceId: string; readonly id: string },
): Promise<{ readonly id: string; readonly number: number }> => {
  await retirePublished(client, draft.sourceId)
  const { rows } = await client.query<{ id: string; number: number }>(
    `UPDATE source_versions SET state = 'published', number = ${NEXT_NUMBER}, published_at = now(), updated_at = now() WHERE id = $2 RETURNING id, number`,
    [draft.sourceId, draft.id],
  )
  return firstOf(rows)
}

const firstOf = <T>(rows: readonly T[]): T => {
  const [row] = rows
  if (row === undefined) throw new Error('the version was not written')
  return row
}
