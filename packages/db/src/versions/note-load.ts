import type pg from 'pg'
import type { Database } from '../database.js'
import { goLive } from './go-live.js'
import { retirePublished } from './insert-version.js'
import { type LockedSource, lockSource } from './lock-source.js'
import { type ContentRow, toContent } from './version-content.js'

/** Notes that a worker could open a version; costs nothing when that is known. */
export const noteLoaded = async (database: Database, versionId: string): Promise<void> => {
  await database.pool.query(
    `UPDATE source_versions SET loaded_at = coalesce(loaded_at, clock_timestamp()), load_reason = NULL, load_message = NULL, load_failed_at = NULL
     WHERE id = $1 AND (loaded_at IS NULL OR load_failed_at IS NOT NULL)`,
    [versionId],
  )
}

export interface FailedLoad {
  readonly sourceId: string
  readonly versionId: string
  readonly reason: string
  readonly message: string
  /** What is to blame: secrets are shared by all versions, so another version would not help. */
  readonly blame: 'version' | 'secrets'
}

/**
 * Marks a version that a worker could not open. If it is live and never was opened before, the last version that could be
 * takes its place, whose number this answers; otherwise the source stops with an error and waits for its owner.
 */
export const noteLoadFailed = (database: Database, failed: FailedLoad): Promise<number | null> =>
  database.transaction(async (client) => {
    const source = await lockSource(client, failed.sourceId)
    if (source === null) return null
    const { rows } = await client.query<{ number: number; fresh: boolean }>(
      `UPDATE source_versions SET load_reason = $2, load_message = $3, load_failed_at = clock_timestamp() WHERE id = $1
         AND number IS NOT NULL RETURNING number, loaded_at IS NULL AS fresh`,
      [failed.versionId, failed.reason, failed.message.slice(0, 2_000)],
    )
    const [version] = rows
    if (version === undefined) return null
    const isLive = source.live.id === failed.versionId
    const liveAgain = isLive && version.fresh && failed.blame === 'version' ? await goBack(client, failed, source) : null
    if (isLive && liveAgain === null) await stop(client, failed)
    await client.query(`INSERT INTO events (source_id, type, level, message, data) VALUES ($1, 'source.load_failed', 'error', $2, $3)`, [
      failed.sourceId,
      `version ${version.number} cannot be loaded: ${failed.message.slice(0, 500)}${liveAgain === null ? '' : `; version ${liveAgain} is live again`}`,
      JSON.stringify({ version: version.number, reason: failed.reason, liveAgain }),
    ])
    return liveAgain
  })

/** One that was opened goes before one that nobody tried. */
const goBack = async (client: pg.ClientBase, { sourceId, versionId }: FailedLoad, before: LockedSource): Promise<number | null> => {
  const { rows } = await client.query<ContentRow & { id: string; number: number }>(
    `SELECT id, number, config, mapping, cron, time_zone FROM source_versions WHERE source_id = $1 AND id <> $2 AND number IS NOT NULL AND load_failed_at IS NULL
     ORDER BY loaded_at IS NULL, number DESC LIMIT 1`,
    [sourceId, versionId],
  )
  const [earlier] = rows
  if (earlier === undefined) return null
  await retirePublished(client, sourceId)
  await client.query(`UPDATE source_versions SET state = 'published' WHERE id = $1`, [earlier.id])
  await goLive(client, { sourceId, before, versionId: earlier.id, content: toContent(earlier), repairs: false })
  return earlier.number
}

const stop = async (client: pg.ClientBase, failed: FailedLoad): Promise<void> => {
  await client.query(
    `UPDATE sources SET status = CASE WHEN status = 'PAUSED' THEN status ELSE 'ERROR' END, status_reason = $2, status_message = $3, restart_at = NULL,
       revision = revision + 1, updated_at = now() WHERE id = $1`,
    [failed.sourceId, failed.reason, failed.message.slice(0, 2_000)],
  )
}
