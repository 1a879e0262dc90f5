import {
  appliedMigrations,
  claimSetting,
  type Database,
  findSetting,
  readClockSkewSeconds,
  readMigrationFiles,
  untilAnswered,
  untilSchemaReady,
} from '@inlet/db'
import type { Probe } from '@inlet/observability'
import type { Queues } from '@inlet/queue'
import { EnvError } from '@inlet/runtime'
import { CANARY_SETTING, checkCanary, type Keyring, requireKeys } from '@inlet/security'

/** Beyond this, the schedulers and the queue, which trust client clocks, malfunction. */
const MAX_SKEW_SECONDS = 2

export interface ReadinessDeps {
  readonly database: Database
  readonly queues: Queues
  readonly keyring: Keyring
  /** Aborts when the process drains. */
  readonly stopping: AbortSignal
}

/** Returns the probes for what the API needs in order to serve; each is run again for every request. */
export const readinessProbes = (deps: ReadinessDeps): Readonly<Record<string, Probe>> => {
  const expected = readMigrationFiles().map(({ name }) => name)
  return {
    database: async () => {
      await deps.database.pool.query('SELECT 1')
      return null
    },
    migrations: async () => {
      const applied = (await appliedMigrations(deps.database.pool)).map(({ name }) => name)
      const missing = expected.filter((name) => !applied.includes(name))
      const ahead = applied.filter((name) => !expected.includes(name))
      if (missing.length > 0) return `not applied: ${missing.join(', ')}`
      return ahead.length > 0 ? `the database is ahead of this build: ${ahead.join(', ')}` : null
    },
    queue: async () => {
      await deps.queues.countSchedules()
      return (await deps.queues.inspect()).join('; ') || null
    },
    encryption: async () => {
      checkCanary(deps.keyring, String(await findSetting(deps.database, CANARY_SETTING)))
      return null
    },
    clock: async () => {
      const skew = await readClockSkewSeconds(deps.database)
      return Math.abs(skew) <= MAX_SKEW_SECONDS ? null : `the clock is ${skew.toFixed(1)} s off the database's`
    },
    draining: async () => (deps.stopping.aborted ? 'the process is about to stop' : null),
  }
}

/**
 * Waits for the database, then makes sure that it matches this build and these keys. Throws `EnvError` (exit 78) when the database is ahead of the
 * build or was sealed with other keys: a restart would not help.
 */
export const checkInstallation = async (database: Database, keyring: Keyring, signal: AbortSignal): Promise<void> => {
  try {
    await untilSchemaReady(database, signal)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('ahead of this build')) throw error
    throw new EnvError([{ key: 'DATABASE_URL', rule: error.message }])
  }
  await untilAnswered(() => requireKeys(keyring, (key, value) => claimSetting(database, key, value)), signal)
}
