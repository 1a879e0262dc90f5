import type { NewApiKeyView } from '@inlet/contract'
import { createDatabase, insertApiKey } from '@inlet/db'
import { isScope, SCOPES, type Scope } from '@inlet/domain'
import { createApiKey, createMasterKeyText, parseKeyring } from '@inlet/security'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'
import { requireDatabaseUrl } from './migrate.js'

/** Parses the scopes of a flag. Throws for an unknown one, so that a typing error never results in a key with fewer scopes. */
export const parseScopes = (text: string): readonly Scope[] => {
  const scopes = text.split(',').map((part) => part.trim())
  const unknown = scopes.filter((scope) => !(SCOPES as readonly string[]).includes(scope))
  if (unknown.length > 0) throw new Error('--scopes takes read, write or admin, separated by commas')
  return scopes as readonly Scope[]
}

/** `inlet keys create` over the API. */
export const createKeyOverApi = async (
  flags: RemoteFlags & { readonly name: string; readonly scopes: string },
  context: CommandContext,
): Promise<void> => {
  const created = await openApi(flags, context).call<NewApiKeyView>('POST', '/v1/keys', { name: flags.name, scopes: parseScopes(flags.scopes) })
  show(context, flags, created, () => [created.key])
}

/** `inlet keys revoke`: revokes a key at once and for good. */
export const revokeKey = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  await openApi(flags, context).call('DELETE', `/v1/keys/${encodeURIComponent(id)}`)
  show(context, flags, { revoked: id }, () => [`${id} is revoked.`])
}

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

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/u

/** `inlet keys generate`: prints a new master key for INLET_ENCRYPTION_KEYS. Stores nothing. */
export const generateKey = async (id: string, { terminal }: CommandContext): Promise<void> => {
  if (!KEY_ID.test(id)) throw new Error('the id of a key has 1 to 32 letters, digits, _ or -')
  terminal.line(createMasterKeyText(id))
}
