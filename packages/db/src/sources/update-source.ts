import { canonicalJson, Failure, nameKey, nextTick, type Schedule } from '@inlet/domain'
import type pg from 'pg'
import { useSharedCredential, writeSourceSecrets } from '../credentials/source-secrets.js'
import type { Database } from '../database.js'
import { isUniqueViolation } from '../sql-state.js'
import { insertPublished } from '../versions/insert-version.js'
import type { VersionContent } from '../versions/version-content.js'
import { type Actor, writeAudit } from './audit.js'
import { type Ownership, writeOwnership } from './write-ownership.js'

/** What to change; absent members stay. */
export interface SourceChange {
  readonly sourceId: string
  /** The revision the caller has read; null changes whatever is there. */
  readonly expectedRevision: number | null
  readonly name?: string | undefined
  readonly config?: VersionContent['config'] | undefined
  /** Null: no mapping any more. */
  readonly mapping?: VersionContent['mapping'] | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** Null: no schedule any more. */
  readonly schedule?: Schedule | null | undefined
  readonly freshWithinSeconds?: number | null | undefined
  /** Seals the new secrets for a version of the credential; null when there are none any more. */
  readonly sealSecrets?: ((credentialVersion: number) => unknown) | undefined
  /** A shared credential to use instead of secrets of its own; null: none any more. */
  readonly credentialId?: string | null | undefined
  readonly ownership?: Ownership | undefined
  readonly actor: Actor
}

export interface ChangedSource {
  readonly changed: boolean
  /** Whether it had stopped with an error that new settings may have repaired. */
  readonly wasInError: boolean
  /** The version that must prove itself: the one published, or the live one with new secrets; null when neither changed. */
  readonly versionId: string | null
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
  readonly config: VersionContent['config']
  readonly mapping: VersionContent['mapping']
  readonly credential_version: number | null
  readonly now: Date
}

/**
 * Changes a source in one transaction: changed config, mapping or schedule become the next published version. New config,
 * mapping or secrets clear an ERROR. Ticks due until now must have been accounted for (accountTicks) when the schedule changes.
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
  const rescheduled = !same(before.schedule, after.schedule)
  const newSettings = !same([before.config, before.mapping], [after.config, after.mapping])
  await writeOwnership(client, change.sourceId, change.ownership ?? {})
  const newSecrets = change.sealSecrets !== undefined || change.credentialId !== undefined
  if (same(before, after) && !newSecrets) return { changed: false, wasInError: false, versionId: null }
  const version = newSettings || rescheduled ? await insertPublished(client, { sourceId: change.sourceId, content: contentOf(after) }) : null
  if (change.sealSecrets !== undefined) await writeSourceSecrets(client, change.sourceId, change.sealSecrets)
  if (change.credentialId !== undefined) await useSharedCredential(client, change.sourceId, change.credentialId)
  const repairs = row.status === 'ERROR' && (newSettings || newSecrets)
  await client.query(
    `UPDATE sources SET name = $2, name_key = $3, labels = $4, cron = $5, time_zone = $6, fresh_within_seconds = $7,
       next_tick_at = CASE WHEN $8 THEN $9::timestamptz ELSE next_tick_at END, revision = revision + 1, updated_at = now(),
       version_id = coalesce($11, version_id), draft_revision = draft_revision + CASE WHEN $11::uuid IS NULL THEN 0 ELSE 1 END,
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
      version?.id ?? null,
    ],
  )
  await writeAudit(client, { actor: change.actor, action: 'source.update', targetType: 'source', targetId: change.sourceId, before, after })
  await client.query(`INSERT INTO events (source_id, type, level, message, data) VALUES ($1, 'source.updated', 'info', 'settings changed', $2)`, [
    change.sourceId,
    JSON.stringify({ changed: changedNames(before, after, newSecrets) }),
  ])
  return { changed: true, wasInError: repairs, versionId: version?.id ?? (newSecrets ? row.version_id : null) }
}

interface Settings {
  readonly name: string
  readonly labels: unknown
  readonly schedule: Schedule | null
  readonly freshWithinSeconds: number | null
  readonly config: VersionContent['config']
  readonly mapping: VersionContent['mapping']
}

const contentOf = ({ config, mapping, schedule }: Settings): VersionContent => ({ config, mapping, schedule })

const settingsOf = (row: Row): Settings => ({
  name: row.name,
  labels: row.labels,
  schedule: row.cron === null ? null : { cron: row.cron, timeZone: row.time_zone },
  freshWithinSeconds: row.fresh_within_seconds,
  config: row.config,
  mapping: row.mapping,
})

const definedOf = ({ name, labels, schedule, freshWithinSeconds, config, mapping }: SourceChange): Partial<Settings> =>
  Object.fromEntries(Object.entries({ name, labels, schedule, freshWithinSeconds, config, mapping }).filter(([, value]) => value !== undefined))

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

const changedNames = (before: Settings, after: Settings, secrets: boolean): readonly string[] => [
  ...Object.entries(after)
    .filter(([name, value]) => !same(value, before[name as keyof Settings]))
    .map(([name]) => name),
  ...(secrets ? ['secrets'] : []),
]

const lockRow = async (client: pg.ClientBase, sourceId: string): Promise<Row | null> => {
  // Locked first and read after: a join that is read while it waits for the lock would miss the version published meanwhile.
  const locked = await client.query('SELECT FROM sources WHERE id = $1 AND deleting_at IS NULL FOR UPDATE', [sourceId])
  if (locked.rowCount === 0) return null
  const { rows } = await client.query<Row>(
    `SELECT s.status, s.revision, s.name, s.labels, s.cron, s.time_zone, s.fresh_within_seconds, s.version_id, v.config, v.mapping,
       (SELECT version FROM credentials WHERE source_id = s.id) AS credential_version, clock_timestamp() AS now
     FROM sources s JOIN source_versions v ON v.id = s.version_id WHERE s.id = $1`,
    [sourceId],
  )
  return rows[0] ?? null
}
