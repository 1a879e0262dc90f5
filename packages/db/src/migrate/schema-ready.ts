import { sleep } from '@inlet/runtime'
import type { Database } from '../database.js'
import { isConnectionError } from '../sql-state.js'
import { appliedMigrations } from './migrate.js'
import { readMigrationFiles } from './migration-files.js'

/** Waits until the database answers and has the schema of this build; throws at once when it is ahead of the build. */
export const untilSchemaReady = async (database: Database, signal: AbortSignal): Promise<void> => {
  const expected = readMigrationFiles().map(({ name }) => name)
  for (;;) {
    const applied = await readApplied(database)
    const ahead = applied?.filter((name) => !expected.includes(name)) ?? []
    if (ahead.length > 0) throw new Error(`the database is ahead of this build (${ahead.join(', ')}); start a newer build`)
    if (applied !== null && expected.every((name) => applied.includes(name))) return
    await sleep(500, signal)
  }
}

const readApplied = async (database: Database): Promise<readonly string[] | null> => {
  try {
    return (await appliedMigrations(database.pool)).map(({ name }) => name)
  } catch (error) {
    if (isConnectionError(error)) return null
    throw error
  }
}
