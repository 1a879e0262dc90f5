import { REASONS, type Reason } from '@inlet/domain'
import type pg from 'pg'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'

type Client = Pick<pg.ClientBase, 'query'>

/** What other secrets can mend. */
const MENDED_BY_SECRETS = Object.entries(REASONS)
  .filter(([reason, { code }]) => code === 'auth_failed' || code === 'permission_denied' || reason === 'SECRET_UNREADABLE')
  .map(([reason]) => reason as Reason)

/** Lets the sources that stopped because of a shared credential's old secrets start again; answers their ids. */
export const repairUsers = (client: Client, credentialId: string, actor: Actor): Promise<readonly string[]> =>
  repair(client, { where: 'credential_id = $2 AND status_reason = ANY($1)', values: [MENDED_BY_SECRETS, credentialId], actor })

/** Lets sources that stopped with SECRET_UNREADABLE start again, since their secrets can be read now; answers those that did. */
export const repairReadable = (database: Database, sourceIds: readonly string[]): Promise<readonly string[]> =>
  database.transaction((client) =>
    repair(client, { where: 'status_reason = $1 AND id = ANY($2::uuid[])', values: ['SECRET_UNREADABLE', sourceIds], actor: 'system' }),
  )

const repair = async (client: Client, args: { where: string; values: readonly unknown[]; actor: Actor }): Promise<readonly string[]> => {
  const { rows } = await client.query<{ id: string }>(
    `UPDATE sources SET status = 'ACTIVE', status_reason = NULL, status_message = NULL, process_deaths = 0, consecutive_failures = 0,
       restart_at = clock_timestamp(), revision = revision + 1, updated_at = now()
     WHERE status = 'ERROR' AND deleting_at IS NULL AND ${args.where} RETURNING id`,
    [...args.values],
  )
  for (const { id } of rows) {
    await writeAudit(client, { actor: args.actor, action: 'source.repair', targetType: 'source', targetId: id })
    await writeEvent(client, {
      sourceId: id,
      type: 'source.status',
      level: 'info',
      message: 'status ERROR → ACTIVE: its secrets can be used again',
    })
  }
  return rows.map(({ id }) => id)
}

export interface UnreadableSource {
  readonly sourceId: string
  readonly sealed: unknown
  readonly place: { readonly ownerId: string; readonly version: number }
}

/** Sources that stopped because their secrets could not be opened, with what they use now. */
export const listUnreadableSources = async (database: Database, limit: number): Promise<readonly UnreadableSource[]> => {
  const { rows } = await database.pool.query<UnreadableSource>(
    `SELECT s.id AS "sourceId", c.sealed, json_build_object('ownerId', coalesce(c.source_id, c.id), 'version', c.version) AS place
     FROM sources s JOIN credentials c ON c.id = s.credential_id OR (s.credential_id IS NULL AND c.source_id = s.id)
     WHERE s.status = 'ERROR' AND s.status_reason = 'SECRET_UNREADABLE' AND s.deleting_at IS NULL LIMIT $1`,
    [limit],
  )
  return rows
}
