import { claimSetting, type Database, untilSchemaReady } from '@inlet/db'
import { EnvError } from '@inlet/runtime'
import { type Keyring, requireKeys } from '@inlet/security'

/**
 * Waits for the database, then makes sure that this build and these keys fit it. Throws `EnvError` (exit 78) when the
 * database is ahead of the build or was sealed with other keys: starting again would not help.
 */
export const checkInstallation = async (database: Database, keyring: Keyring, signal: AbortSignal): Promise<void> => {
  try {
    await untilSchemaReady(database, signal)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('ahead of this build')) throw error
    throw new EnvError([{ key: 'DATABASE_URL', rule: error.message }])
  }
  await requireKeys(keyring, (key, value) => claimSetting(database, key, value))
}
