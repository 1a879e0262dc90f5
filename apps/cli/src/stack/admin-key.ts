import { claimSetting, createDatabase, type Database, findApiKeyForLogin, insertApiKey } from '@inlet/db'
import { createApiKey, type Keyring, matchApiKey, parseApiKey, requireKeys } from '@inlet/security'
import type { DataFolder } from './data-folder.js'

interface Installation {
  readonly folder: Pick<DataFolder, 'settings' | 'update'>
  readonly databaseUrl: string
  readonly keyring: Keyring
}

/**
 * Returns the local administrator's key; recreates it when the database does not know it. Throws `EnvError`, and changes nothing, when the database
 * was sealed with other master keys: no process would start with these, and the key in the folder still works with the others.
 */
export const ensureAdminKey = async (installation: Installation): Promise<{ readonly adminKey: string; readonly isKeyNew: boolean }> => {
  const { folder, databaseUrl, keyring } = installation
  const database = createDatabase({ url: databaseUrl, applicationName: 'inlet-up', poolSize: 2 })
  try {
    await requireKeys(keyring, (key, value) => claimSetting(database, key, value))
    const present = folder.settings.adminKey
    if (present !== undefined && (await opens(database, keyring, present))) return { adminKey: present, isKeyNew: false }
    const key = createApiKey(keyring)
    await insertApiKey(database, { id: key.id, name: 'local admin', hash: key.hash, scopes: ['admin'], expiresAt: null }, 'system')
    folder.update({ adminKey: key.plaintext })
    return { adminKey: key.plaintext, isKeyNew: true }
  } finally {
    await database.close()
  }
}

const opens = async (database: Database, keyring: Keyring, key: string): Promise<boolean> => {
  const presented = parseApiKey(key)
  const stored = await findApiKeyForLogin(database, presented.id)
  return stored !== null && stored.live && matchApiKey(keyring, presented, stored.hash).result === 'match'
}
