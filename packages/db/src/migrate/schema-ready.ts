import { sleep } from '@inlet/runtime'
import type { Database } from '../database.js'
import { isConnectionError } from '../sql-state.js'
import { appliedMigrations, readMigrationFiles } from './migrate.js'

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

/** Runs a startup step, retrying while the database does not answer, since it may go down at any moment. */
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
