import { Failure, nameKey, nextTick, type Schedule, slugify } from '@inlet/domain'
import type pg from 'pg'
import { useSharedCredential } from '../credentials/source-secrets.js'
import type { Database } from '../database.js'
import { isUniqueViolation, violatedConstraint } from '../sql-state.js'
import type { VersionContent } from '../versions/version-content.js'
import { type Actor, writeAudit } from './audit.js'
import { type Ownership, writeOwnership } from './write-ownership.js'

export interface NewSource {
  /** Chosen by the caller, so that secrets can be sealed for their place before anything is written. */
  readonly id: string
  readonly name: string
  readonly slug?: string | undefined
  readonly connector: string
  readonly config: unknown
  readonly mapping?: VersionContent['mapping'] | undefined
  readonly schedule: Schedule | null
  readonly labels: Readonly<Record<string, string>>
  readonly freshWithinSeconds?: number | undefined
  readonly paused?: boolean | undefined
  readonly ownership?: Ownership | undefined
  /** Sealed envelopes; null when the connector takes no secrets. */
  readonly sealedSecrets: unknown
  /** A shared credential to use instead of secrets of its own. */
  readonly credentialId?: string | undefined
}

/** Writes source, version, credential and schedule in one transaction. Throws NAME_TAKEN or ID_TAKEN. */
export const createSource = async (database: Database, source: NewSource, actor: Actor): Promise<void> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await database.transaction((client) => insertSource(client, source, { actor, attempt }))
      return
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      const constraint = violatedConstraint(error)
      if (constraint.includes('sources_name_key')) throw new Failure('NAME_TAKEN', `a source named "${source.name}" exists`, { field: 'name' })
      if (source.slug !== undefined) throw new Failure('ID_TAKEN', `the slug "${source.slug}" is taken`, { field: 'slug' })
      if (!constraint.includes('slug') || attempt >= 5) throw error
    }
  }
}

const insertSource = async (client: pg.ClientBase, source: NewSource, how: { actor: Actor; attempt: number }): Promise<void> => {
  // A derived slug that is taken gets a piece of the id, which is unique.
  const slug = source.slug ?? (how.attempt === 0 ? slugify(source.name) : `${slugify(source.name).slice(0, 54)}-${source.id.slice(0, 8)}`)
  const version = await client.query<{ id: string; now: Date }>(
    `INSERT INTO source_versions (source_id, number, state, config, mapping, cron, time_zone, published_at)
     VALUES ($1, 1, 'published', $2, $3, $4, $5, now()) RETURNING id, clock_timestamp() AS now`,
    [
      source.id,
      JSON.stringify(source.config),
      source.mapping === undefined || source.mapping === null ? null : JSON.stringify(source.mapping),
      source.schedule?.cron ?? null,
      source.schedule?.timeZone ?? 'UTC',
    ],
  )
  const { id: versionId, now } = version.rows[0] ?? { id: null, now: new Date() }
  await client.query(
    `INSERT INTO sources (id, slug, name, name_key, connector, status, labels, version_id, cron, time_zone, next_tick_at, fresh_within_seconds)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      source.id,
      slug,
      source.name,
      nameKey(source.name),
      source.connector,
      source.paused ? 'PAUSED' : 'ACTIVE',
      JSON.stringify(source.labels),
      versionId,
      source.schedule?.cron ?? null,
      source.schedule?.timeZone ?? 'UTC',
      source.schedule === null ? null : nextTick(source.schedule, now),
      source.freshWithinSeconds ?? null,
    ],
  )
  await writeOwnership(client, source.id, source.ownership ?? {})
  if (source.sealedSecrets !== null)
    await client.query('INSERT INTO credentials (source_id, sealed) VALUES ($1, $2)', [source.id, JSON.stringify(source.sealedSecrets)])
  if (source.credentialId !== undefined) await useSharedCredential(client, source.id, source.credentialId)
  await writeAudit(client, {
    actor: how.actor,
    action: 'source.create',
    targetType: 'source',
    targetId: source.id,
    after: { ...source, sealedSecrets: undefined, ownership: undefined },
  })
  await client.query(`INSERT INTO events (source_id, type, level, message) VALUES ($1, 'source.created', 'info', 'source registered')`, [source.id])
}

/** Sources whose job scheduler is not known to be in the queue as wanted. */
export interface ScheduleToArm {
  readonly sourceId: string
  /** Null: the scheduler must go. */
  readonly schedule: Schedule | null
}

const WANTED = `CASE WHEN status IN ('PAUSED', 'STOPPED') OR deleting_at IS NOT NULL OR cron IS NULL THEN NULL ELSE cron || ' ' || time_zone END`

/** Up to `limit` sources whose scheduler differs from what was last confirmed. */
export const listSchedulesToArm = async (database: Database, limit: number): Promise<readonly ScheduleToArm[]> => {
  const { rows } = await database.pool.query<{ id: string; wanted: string | null; cron: string; time_zone: string }>(
    `SELECT id, ${WANTED} AS wanted, cron, time_zone FROM sources WHERE armed_schedule IS DISTINCT FROM ${WANTED} LIMIT $1`,
    [limit],
  )
  return rows.map((row) => ({ sourceId: row.id, schedule: row.wanted === null ? null : { cron: row.cron, timeZone: row.time_zone } }))
}

/** All schedules that must be in the queue, for comparison with what is there. */
export const listWantedSchedules = async (database: Database): Promise<readonly { readonly sourceId: string; readonly schedule: Schedule }[]> => {
  const { rows } = await database.pool.query<{ id: string; cron: string; time_zone: string }>(
    `SELECT id, cron, time_zone FROM sources WHERE ${WANTED} IS NOT NULL`,
  )
  return rows.map((row) => ({ sourceId: row.id, schedule: { cron: row.cron, timeZone: row.time_zone } }))
}

/** Notes what the queue now has for a source; leaves it alone when the schedule changed meanwhile. */
export const markArmed = async (database: Database, sourceId: string, schedule: Schedule | null): Promise<void> => {
  await database.pool.query('UPDATE sources SET armed_schedule = $2 WHERE id = $1', [
    sourceId,
    schedule === null ? null : `${schedule.cron} ${schedule.timeZone}`,
  ])
}

/** Forgets what was confirmed, e.g. after the queue was lost; null means all sources. */
export const disarm = async (database: Database, sourceIds: readonly string[] | null): Promise<void> => {
  await database.pool.query('UPDATE sources SET armed_schedule = NULL WHERE ($1::uuid[] IS NULL OR id = ANY($1)) AND armed_schedule IS NOT NULL', [
    sourceIds,
  ])
}

/** The connector of a source; null when the source does not exist. */
export const findConnectorType = async (database: Database, sourceId: string): Promise<string | null> => {
  const { rows } = await database.pool.query<{ connector: string }>('SELECT connector FROM sources WHERE id = $1', [sourceId])
  return rows[0]?.connector ?? null
}

/** Milliseconds since the last successful ingestion of every source that had one. */
export const readSourceLags = async (
  database: Database,
): Promise<readonly { readonly source: string; readonly connector: string; readonly lagMs: number }[]> => {
  const { rows } = await database.pool.query<{ source: string; connector: string; lagMs: number }>(
    `SELECT id AS source, connector, (extract(epoch FROM clock_timestamp() - last_success_at) * 1000)::float8 AS "lagMs"
     FROM sources WHERE last_success_at IS NOT NULL AND deleting_at IS NULL`,
  )
  return rows
}
