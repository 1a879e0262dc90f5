import { Failure } from '@inlet/domain'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { type ContentRow, toContent, type VersionContent } from './version-content.js'

export interface LoadError {
  readonly reason: string
  readonly message: string
  readonly at: Date
}

export interface StoredVersion extends VersionContent {
  readonly number: number
  readonly state: 'published' | 'retired'
  /** The version whose content a rollback brought back. */
  readonly restoredFrom: number | null
  readonly createdAt: Date
  readonly publishedAt: Date | null
  readonly loadedAt: Date | null
  readonly loadError: LoadError | null
}

interface Row extends ContentRow {
  readonly number: number
  readonly state: StoredVersion['state']
  readonly restored_from: number | null
  readonly created_at: Date
  readonly published_at: Date | null
  readonly loaded_at: Date | null
  readonly load_reason: string | null
  readonly load_message: string | null
  readonly load_failed_at: Date | null
}

const COLUMNS =
  'number, state, config, mapping, cron, time_zone, restored_from, created_at, published_at, loaded_at, load_reason, load_message, load_failed_at'

const toVersion = (row: Row): StoredVersion => ({
  ...toContent(row),
  number: row.number,
  state: row.state,
  restoredFrom: row.restored_from,
  createdAt: row.created_at,
  publishedAt: row.published_at,
  loadedAt: row.loaded_at,
  loadError:
    row.load_failed_at === null || row.load_reason === null
      ? null
      : { reason: row.load_reason, message: row.load_message ?? '', at: row.load_failed_at },
})

/** Versions that are or were published, newest first. */
export const listVersions = async (
  database: Database,
  request: { readonly sourceId: string; readonly number?: number | undefined; readonly before: number | null; readonly limit: number },
): Promise<readonly StoredVersion[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    `source_id = ${add(request.sourceId)}`,
    'number IS NOT NULL',
    request.number === undefined ? null : `number = ${add(request.number)}`,
    request.before === null ? null : `number < ${add(request.before)}`,
  ])
  const { rows } = await database.pool.query<Row>(
    `SELECT ${COLUMNS} FROM source_versions WHERE ${where} ORDER BY number DESC LIMIT ${add(request.limit)}`,
    values,
  )
  return rows.map(toVersion)
}

/** Throws NOT_FOUND. */
export const getVersion = async (database: Database, sourceId: string, number: number): Promise<StoredVersion> => {
  const [version] = await listVersions(database, { sourceId, number, before: null, limit: 1 })
  if (version === undefined) throw new Failure('NOT_FOUND', `the source has no version ${number}`)
  return version
}

/** What a version says, by its number, as `live` or as `draft`. Throws NOT_FOUND. */
export const getContent = async (database: Database, sourceId: string, which: number | 'live' | 'draft'): Promise<VersionContent> => {
  const { rows } = await database.pool.query<ContentRow>(
    `SELECT v.config, v.mapping, v.cron, v.time_zone FROM source_versions v JOIN sources s ON s.id = v.source_id WHERE s.id = $1
       AND CASE $2 WHEN 'live' THEN v.id = s.version_id WHEN 'draft' THEN v.state = 'draft' ELSE v.number = $3 END`,
    [sourceId, String(which), typeof which === 'number' ? which : null],
  )
  if (rows[0] === undefined) throw new Failure('NOT_FOUND', which === 'draft' ? 'the source has no draft' : `the source has no version ${which}`)
  return toContent(rows[0])
}
