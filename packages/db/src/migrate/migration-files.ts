import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

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
