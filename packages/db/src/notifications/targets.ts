import { Failure, maskUrl, type NotifiedEvent } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { isUniqueViolation } from '../sql-state.js'

/** Where notifications go, as it is shown: without its secret. */
export interface NotificationTarget {
  readonly id: string
  readonly name: string
  /** Masked, but for those stored before it was sealed. */
  readonly url: string
  readonly events: readonly NotifiedEvent[]
  /** Ids of sources; empty: all. */
  readonly sources: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly active: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly previousUntil: Date | null
}

const COLUMNS = `id, name, url, events, sources, labels, active, created_at AS "createdAt", updated_at AS "updatedAt", previous_until AS "previousUntil"`

/** All targets by name; there are few. */
export const listTargets = async (database: Pick<Database, 'pool'>): Promise<readonly NotificationTarget[]> =>
  (await database.pool.query<NotificationTarget>(`SELECT ${COLUMNS} FROM notification_targets ORDER BY name`)).rows

export const findTarget = async (database: Pick<Database, 'pool'>, id: string): Promise<NotificationTarget | null> =>
  (await database.pool.query<NotificationTarget>(`SELECT ${COLUMNS} FROM notification_targets WHERE id = $1`, [id])).rows[0] ?? null

export interface NewTarget extends Pick<NotificationTarget, 'id' | 'name' | 'url' | 'events' | 'sources' | 'labels' | 'active'> {
  /** The secret and the whole URL, sealed for (id, version 1). */
  readonly sealed: unknown
}

/** Throws NAME_TAKEN. */
export const createTarget = async (database: Database, target: NewTarget, actor: Actor): Promise<void> => {
  const { id, sealed, ...shown } = target
  await database
    .transaction(async (client) => {
      await client.query(
        'INSERT INTO notification_targets (id, name, url, sealed, events, sources, labels, active) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
        [id, shown.name, shown.url, JSON.stringify(sealed), shown.events, shown.sources, JSON.stringify(shown.labels), shown.active],
      )
      await writeAudit(client, { actor, action: 'notification.create', targetType: 'notification', targetId: id, after: shown })
    })
    .catch(orNameTaken(shown.name))
}

const orNameTaken =
  (name: string) =>
  (error: unknown): never => {
    throw isUniqueViolation(error) ? new Failure('NAME_TAKEN', `a target named "${name}" exists`, { field: 'name' }) : error
  }

export interface TargetChange extends Partial<Pick<NotificationTarget, 'name' | 'url' | 'events' | 'sources' | 'labels' | 'active'>> {
  readonly id: string
  /** Seals a new secret, a new URL or both for a version, given what is sealed now and the URL as it is kept beside it. */
  readonly reseal?: ((stored: unknown, version: number, url: string) => unknown) | undefined
  /** How long the secret before signs too; absent when the secret stays. */
  readonly overlapSeconds?: number | undefined
}

/** Changes what is given. False when there is no such target. Throws NAME_TAKEN. A target that is switched off is not told later what it missed. */
export const updateTarget = async (database: Database, change: TargetChange, actor: Actor): Promise<boolean> => {
  const { id, reseal, overlapSeconds, ...changes } = change
  return database
    .transaction(async (client) => {
      const { rows } = await client.query<NotificationTarget & { sealed: unknown; version: number }>(
        `SELECT ${COLUMNS}, sealed, version FROM notification_targets WHERE id = $1 FOR UPDATE`,
        [id],
      )
      if (rows[0] === undefined) return false
      const { sealed, version, createdAt: _created, updatedAt: _updated, previousUntil: _until, ...before } = rows[0]
      const changed = { ...before, ...changes }
      // The envelope holds the whole URL from now on.
      const after = reseal === undefined ? changed : { ...changed, url: maskUrl(changed.url) }
      await client.query(
        `UPDATE notification_targets SET name = $2, url = $3, events = $4, sources = $5, labels = $6, active = $7, updated_at = clock_timestamp() WHERE id = $1`,
        [id, after.name, after.url, after.events, after.sources, JSON.stringify(after.labels), after.active],
      )
      if (reseal !== undefined)
        await client.query(
          `UPDATE notification_targets SET sealed = $2, version = $3, previous_until = coalesce(clock_timestamp() + $4 * interval '1 second', previous_until) WHERE id = $1`,
          [id, JSON.stringify(reseal(sealed, version, before.url)), version + 1, overlapSeconds ?? null],
        )
      if (!after.active)
        await client.query(
          `UPDATE notification_deliveries SET status = 'dead', done_at = clock_timestamp(), last_error = 'the target was switched off' WHERE target_id = $1 AND status = 'pending'`,
          [id],
        )
      const secret = overlapSeconds === undefined ? {} : { secret: 'replaced' }
      await writeAudit(client, {
        actor,
        action: 'notification.update',
        targetType: 'notification',
        targetId: id,
        before,
        after: { ...after, ...secret },
      })
      return true
    })
    .catch(orNameTaken(changes.name ?? ''))
}

/** Removes a target with its messages; false when there is none. */
export const deleteTarget = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.transaction(async (client) => {
    const { rows } = await client.query<{ name: string; url: string }>('DELETE FROM notification_targets WHERE id = $1 RETURNING name, url', [id])
    if (rows[0] === undefined) return false
    await writeAudit(client, { actor, action: 'notification.delete', targetType: 'notification', targetId: id, before: rows[0] })
    return true
  })

export interface PlainTarget {
  readonly id: string
  readonly url: string
  readonly sealed: unknown
  readonly version: number
}

/** Targets whose URL stands unsealed in the database. */
export const listPlainTargets = async (database: Pick<Database, 'pool'>): Promise<readonly PlainTarget[]> =>
  (await database.pool.query<PlainTarget>(`SELECT id, url, sealed, version FROM notification_targets WHERE NOT sealed->'fields' ? 'url'`)).rows

/** Puts an envelope with the URL, and the masked URL, in the place of what was there; does nothing when that has changed. */
export const sealTargetUrl = async (
  database: Pick<Database, 'pool'>,
  before: PlainTarget,
  after: { readonly sealed: unknown; readonly url: string },
) => {
  await database.pool.query('UPDATE notification_targets SET sealed = $3, url = $4 WHERE id = $1 AND sealed = $2', [
    before.id,
    JSON.stringify(before.sealed),
    JSON.stringify(after.sealed),
    after.url,
  ])
}
