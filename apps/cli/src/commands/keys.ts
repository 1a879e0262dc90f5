import type { NewApiKeyView } from '@inlet/contract'
import { SCOPES, type Scope } from '@inlet/domain'
import type { CommandContext } from './context.js'
import { openApi, type RemoteFlags, show } from './remote.js'

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
  const made = await openApi(flags, context).call<NewApiKeyView>('POST', '/v1/keys', { name: flags.name, scopes: parseScopes(flags.scopes) })
  show(context, flags, made, () => [made.key])
}

/** `inlet keys revoke`: revokes a key at once and for good. */
export const revokeKey = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  await openApi(flags, context).call('DELETE', `/v1/keys/${encodeURIComponent(id)}`)
  show(context, flags, { revoked: id }, () => [`${id} is revoked.`])
}
