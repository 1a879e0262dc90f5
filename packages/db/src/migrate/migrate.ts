import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

export interface MigrationFile {
  readonly name: string
  readonly sql: string
  /** sha256 of the file, as Prisma records it. */
  readonly checksum: string
}

const DIRECTORY = fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url))

/** Returns the migrations of this build, in order. */
export const readMigrationFiles = (directory: string = DIRECTORY): readonly MigrationFile[] =>
  readdirSync(directory)
    .filter((name) => /^\d{14}_/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(directory, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })

/** Any fixed number: all migrators of a database take the same advisory lock. */
const LOCK = 4_916_031

const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`

/**
 * Brings a database to the schema of this build and returns the names of the migrations applied. Safe to call from many processes at once. Each
 * migration is one transaction, recorded in Prisma's own table so that Prisma's tools agree. Throws when the database has migrations this build does
 * not know, or one whose text was changed.
 */
export const migrate = async (url: string): Promise<readonly string[]> => {
  const client = new pg.Client({ connectionString: url, application_name: 'inlet-migrate' })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    await client.query(TABLE)
    const pending = comparePending(readMigrationFiles(), await appliedMigrations(client))
    for (const file of pending) await apply(client, file)
    return pending.map((file) => file.name)
  } finally {
    await client.end()
  }
}

export interface AppliedMigration {
  readonly name: string
  readonly checksum: string
}

/** Returns the migrations still to apply. Pure; throws when database and build disagree. */
export const comparePending = (files: readonly MigrationFile[], applied: readonly AppliedMigration[]): readonly MigrationFile[] => {
  const known = new Map(files.map((file) => [file.name, file]))
  const unknown = applied.filter(({ name }) => !known.has(name))
  if (unknown.length > 0)
    throw new Error(`the database is ahead of this build: it has ${unknown.map(({ name }) => name).join(', ')}; start a newer build`)
  const changed = applied.filter(({ name, checksum }) => known.get(name)?.checksum !== checksum)
  if (changed.length > 0) throw new Error(`migrations were changed after they were applied: ${changed.map(({ name }) => name).join(', ')}`)
  const done = new Set(applied.map(({ name }) => name))
  return files.filter(({ name }) => !done.has(name))
}

/** Returns the migrations a database has applied; empty for a new one. */
export const appliedMigrations = async (client: { query: pg.Client['query'] }): Promise<readonly AppliedMigration[]> => {
  const { rows } = await client.query<{ present: boolean }>(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS present`)
  if (!rows[0]?.present) return []
  const applied = await client.query<AppliedMigration>(
    'SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name',
  )
  return applied.rows
}

const apply = async (client: pg.Client, file: MigrationFile): Promise<void> => {
  try {
    await client.query('BEGIN')
    await client.query(file.sql)
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)',
      [randomUUID(), file.checksum, file.name],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw new Error(`migration ${file.name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
