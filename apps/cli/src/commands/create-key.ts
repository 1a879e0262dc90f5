import { createDatabase, insertApiKey } from '@inlet/db'
import { isScope } from '@inlet/domain'
import { createApiKey, parseKeyring } from '@inlet/security'
import type { CommandContext } from './context.js'
import { requireDatabaseUrl } from './migrate.js'

/** `inlet keys create`: creates the first key of an installation, or one after all were lost. Prints it once. */
export const createKeyCommand = async (
  flags: { readonly name: string; readonly scopes: string },
  { terminal, env }: CommandContext,
): Promise<void> => {
  const scopes = flags.scopes.split(',').filter(isScope)
  if (scopes.length === 0) throw new Error('--scopes takes read, write or admin, separated by commas')
  const keys = env['INLET_ENCRYPTION_KEYS']
  if (keys === undefined || keys === '') throw new Error('set INLET_ENCRYPTION_KEYS (or INLET_ENCRYPTION_KEYS_FILE) to the same value as for the api')
  const key = createApiKey(parseKeyring(keys))
  const database = createDatabase({ url: requireDatabaseUrl(env), applicationName: 'inlet-keys', poolSize: 1 })
  try {
    await insertApiKey(database, { id: key.id, name: flags.name, hash: key.hash, scopes, expiresAt: null }, 'cli')
  } finally {
    await database.close()
  }
  terminal.line(key.plaintext)
}
