import { canonicalJson, Failure, nameKey, nextTick, type Schedule } from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'
import { isUniqueViolation } from '../sql-state.js'
import { type Actor, writeAudit } from './audit.js'

/** What to change; absent members stay. */
export interface SourceChange {
  readonly sourceId: string
  /** The revision the caller has read; null changes whatever is there. */
  readonly expectedRevision: number | null
  readonly name?: string | undefined
  readonly config?: unknown
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** Null: no schedule any more. */
  readonly schedule?: Schedule | null | undefined
  readonly freshWithinSeconds?: number | null | undefined
  /** Seals the new secrets for a version of the credential; null when there are none any more. */
  readonly sealSecrets?: ((credentialVersion: number) => unknown) | undefined
  readonly actor: Actor
}

export interface ChangedSource {
  readonly changed: boolean
  /** Whether it had stopped with an error that new settings may have repaired. */
  readonly wasInError: boolean
}

interface Row {
  readonly status: string
  readonly revision: number
  readonly name: string
  readonly labels: unknown
  readonly cron: string | null
  readonly time_zone: string
  readonly fresh_within_seconds: number | null
  readonly version_id: string
  readonly config: unknown
  readonly mapping: unknown
  readonly credential_version: number | null
  readonly now: Date
}

/**
 * Changes a source in one transaction: a changed config becomes the next published version. New config or secrets
 * clear an ERROR. Ticks due until now must have been accounted for (accountTicks) when the schedule changes.
 * Null when unknown. Throws PRECONDITION_FAILED, NAME_TAKEN.
 */
export const updateSource = async (database: Database, change: SourceChange): Promise<ChangedSource | null> => {
  try {
    return await database.transaction((client) => applyChange(client, change))
  } catch (error) {
    if (isUniqueViolation(error)) throw new Failure('NAME_TAKEN', `a source named "${change.name}" exists`, { field: 'name' })
    throw error
  }
}

const applyChange = async (client: pg.ClientBase, change: SourceChange): Promise<ChangedSource | null> => {
  const row = await lockRow(client, change.sourceId)
  if (row === null) return null
  if (change.expectedRevision !== null && change.expectedRevision !== row.revision)
    throw new Failure('PRECONDITION_FAILED', `the source has revision ${row.revision} now`)
  const before = settingsOf(row)
  const after = { ...before, ...definedOf(change) }
  const newConfig = !same(before.config, after.config)
  if (same(before, after) && change.sealSecrets === undefined) return { changed: false, wasInError: false }
  if (newConfig) await publishVersion(client, { sourceId: change.sourceId, config: after.config, row, schedule: after.schedule })
  if (change.sealSecrets !== undefined) await writeSecrets(client, change.sourceId, change.sealSecrets)
  const repairs = row.status === 'ERROR' && (newConfig || change.sealSecrets !== undefined)
  const rescheduled = !same(before.schedule, after.schedule)
  await client.query(
    `UPDATE sources SET name = $2, name_key = $3, labels = $4, cron = $5, time_zone = $6, fresh_within_seconds = $7,
       next_tick_at = CASE WHEN $8 THEN $9::timestamptz ELSE next_tick_at END, revision = revision + 1, updated_at = now(),
       status = CASE WHEN $10 THEN 'ACTIVE' ELSE status END, status_reason = CASE WHEN $10 THEN NULL ELSE status_reason END,
       status_message = CASE WHEN $10 THEN NULL ELSE status_message END, process_deaths = CASE WHEN $10 THEN 0 ELSE process_deaths END,
       consecutive_failures = CASE WHEN $10 THEN 0 ELSE consecutive_failures END WHERE id = $1`,
    [
      change.sourceId,
      after.name,
      nameKey(after.name),
      JSON.stringify(after.labels),
      after.schedule?.cron ?? null,
      after.schedule?.timeZone ?? 'UTC',
      after.freshWithinSeconds,
      rescheduled,
      after.schedule === null ? null : nextTick(after.schedule, row.now),
      repairs,
    ],
  )
  await writeAudit(client, { actor: change.actor, action: 'source.update', targetType: 'source', targetId: change.sourceId, before, after })
  await client.query(`INSERT INTO events (source_id, type, level, message, data) VALUES ($1, 'source.updated', 'info', 'settings changed', $2)`, [
    change.sourceId,
    JSON.stringify({ changed: changedNames(before, after, change.sealSecrets !== undefined) }),
  ])
  return { changed: true, wasInError: repairs }
}

interface Settings {
  readonly name: string
  readonly labels: unknown
  readonly schedule: Schedule | null
  readonly freshWithinSeconds: number | null
  readonly config: unknown
}

const settingsOf = (row: Row): Settings => ({
  name: row.name,
  labels: row.labels,
  schedule: row.cron === null ? null : { cron: row.cron, timeZone: row.time_zone },
  freshWithinSeconds: row.fresh_within_seconds,
  config: row.config,
})

const definedOf = ({ name, labels, schedule, freshWithinSeconds, config }: SourceChange): Partial<Settings> =>
  Object.fromEntries(Object.entries({ name, labels, schedule, freshWithinSeconds, config }).filter(([, value]) => value !== undefined))

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

const changedNames = (before: Settings, after: Settings, secrets: boolean): readonly string[] => [
  ...Object.entries(after)
    .filter(([name, value]) => !same(value, before[name as keyof Settings]))
    .map(([name]) => name),
  ...(secrets ? ['secrets'] : []),
]

const lockRow = async (client: pg.ClientBase, sourceId: string): Promise<Row | null> => {
  const { rows } = await client.query<Row>(
    `SELECT s.status, s.revision, s.name, s.labels, s.cron, s.time_zone, s.fresh_within_seconds, s.version_id, v.config, v.mapping,
       (SELECT version FROM credentials WHERE source_id = s.id) AS credential_version, clock_timestamp() AS now
     FROM sources s JOIN source_versions v ON v.id = s.version_id WHERE s.id = $1 AND s.deleting_at IS NULL FOR UPDATE OF s`,
    [sourceId],
  )
  return rows[0] ?? null
}

const publishVersion = async (
  client: pg.ClientBase,
  next: { readonly sourceId: string; readonly config: unknown; readonly row: Row; readonly schedule: Schedule | null },
): Promise<void> => {
  await client.query(`UPDATE source_versions SET state = 'retired' WHERE source_id = $1 AND state = 'published'`, [next.sourceId])
  await client.query(
    `WITH added AS (
       INSERT INTO source_versions (source_id, number, state, config, mapping, cron, time_zone, published_at)
       SELECT $1, max(number) + 1, 'published', $2, $3, $4, $5, now() FROM source_versions WHERE source_id = $1 RETURNING id
     ) UPDATE sources SET version_id = (SELECT id FROM added) WHERE id = $1`,
    [
      next.sourceId,
      JSON.stringify(next.config),
      next.row.mapping === null ? null : JSON.stringify(next.row.mapping),
      next.schedule?.cron ?? null,
      next.schedule?.timeZone ?? 'UTC',
    ],
  )
}

const writeSecrets = async (client: pg.ClientBase, sourceId: string, seal: (credentialVersion: number) => unknown): Promise<void> => {
  const { rows } = await client.query<{ version: number }>('SELECT version FROM credentials WHERE source_id = $1 FOR UPDATE', [sourceId])
  const version = (rows[0]?.version ?? 0) + 1
  const sealed = seal(version)
  if (sealed === null) await client.query('DELETE FROM credentials WHERE source_id = $1', [sourceId])
  else
    await client.query(
      `INSERT INTO credentials (source_id, version, sealed) VALUES ($1, $2, $3)
       ON CONFLICT (source_id) DO UPDATE SET version = EXCLUDED.version, sealed = EXCLUDED.sealed, updated_at = now()`,
      [sourceId, version, JSON.stringify(sealed)],
    )
}
