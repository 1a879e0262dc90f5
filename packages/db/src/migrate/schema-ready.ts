import { sleep } from '@inlet/runtime'
import type { Database } from '../database.js'
import { isConnectionError } from '../sql-state.js'
import { appliedMigrations } from './migrate.js'
import { readMigrationFiles } from './migration-files.js'

const PAUSE_MS = 500

/** Waits until the database answers and has the schema of this build; throws at once when it is ahead of the build. */
export const untilSchemaReady = async (database: Database, signal: AbortSignal): Promise<void> => {
  const expected = readMigrationFiles().map(({ name }) => name)
  for (;;) {
    const applied = (await untilAnswered(() => appliedMigrations(database.pool), signal)).map(({ name }) => name)
    const ahead = applied.filter((name) => !expected.includes(name))
    if (ahead.length > 0) throw new Error(`the database is ahead of this build (${ahead.join(', ')}); start a newer build`)
    if (expected.every((name) => applied.includes(name))) return
    await sleep(PAUSE_MS, signal)
  }
}

/** Does what a process needs in order to start, again and again while the database does not answer: it may have answered a moment ago. */
export const untilAnswered = async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isConnectionError(error)) throw error
    }
    await sleep(PAUSE_MS, signal)
  }
}
