import type { ApiKeyView, NewApiKeyView } from '@inlet/contract'
import { SCOPES, type Scope } from '@inlet/domain'
import { collect, listAll } from '../client/list-all.js'
import { toRelative } from '../output/moments.js'
import { toTable } from '../output/table.js'
import type { CommandContext } from './context.js'
import { openApi, type RemoteFlags, show } from './remote.js'

/** The scopes of a flag. Throws for an unknown one, so that a typing error never makes a smaller key. */
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

/** `inlet keys list` */
export const listKeys = async (flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const list = { items: await collect(listAll<ApiKeyView>(openApi(flags, context), '/v1/keys', {})) }
  const now = Date.now()
  show(context, flags, list, () =>
    toTable(
      ['ID', 'NAME', 'SCOPES', 'MADE', 'USED', 'STATE'],
      list.items.map((key) => [
        key.id,
        key.name,
        key.scopes.join(','),
        toRelative(key.createdAt, now),
        toRelative(key.lastUsedAt, now),
        stateOf(key, now),
      ]),
    ),
  )
}

const stateOf = ({ revokedAt, expiresAt }: ApiKeyView, now: number): string => {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt === null) return 'live'
  return Date.parse(expiresAt) <= now ? 'expired' : `expires ${toRelative(expiresAt, now)}`
}

/** `inlet keys revoke`: at once and for good. */
export const revokeKey = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  await openApi(flags, context).call('DELETE', `/v1/keys/${encodeURIComponent(id)}`)
  show(context, flags, { revoked: id }, () => [`${id} is revoked.`])
}
