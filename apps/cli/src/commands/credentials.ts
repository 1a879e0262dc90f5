import type { CredentialDetailView } from '@inlet/contract'
import { toTable } from '../output/format.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'
import { readSecrets } from './pairs.js'

export interface CredentialFlags extends RemoteFlags {
  readonly name?: string
  readonly connector?: string
  readonly secret?: readonly string[]
  readonly target?: readonly string[]
}

/** `inlet credentials create` */
export const createCredential = async (flags: CredentialFlags, context: CommandContext): Promise<void> => {
  const { name, connector, target: targets = [] } = flags
  const secrets = readSecrets(flags.secret ?? [], context.env) ?? {}
  const created = await openApi(flags, context).call<CredentialDetailView>('POST', '/v1/credentials', { name, connector, secrets, targets })
  show(context, flags, created, {
    lines: () => [`${created.name}: stored. Sources use it with --credential ${created.name}.`],
    names: () => [created.name],
  })
}

/** `inlet credentials update`: secrets that are given replace all that were set, for every source that uses it. */
export const updateCredential = async (ref: string, flags: CredentialFlags, context: CommandContext): Promise<void> => {
  const secrets = readSecrets(flags.secret ?? [], context.env)
  const changes = {
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(secrets === null ? {} : { secrets }),
    ...(flags.target === undefined ? {} : { targets: flags.target }),
  }
  if (Object.keys(changes).length === 0) throw new Error('specify what to change: --name, --secret or --target')
  const changed = await openApi(flags, context).call<CredentialDetailView & { readonly repaired: readonly string[] }>(
    'PATCH',
    `/v1/credentials/${encodeURIComponent(ref)}`,
    changes,
  )
  const { repaired, sources } = changed
  show(context, flags, changed, {
    lines: () => [
      `${changed.name}: changed, for ${sources.length} sources.`,
      ...(repaired.length === 0
        ? []
        : toTable(
            ['STARTS AGAIN'],
            sources.filter(({ id }) => repaired.includes(id)).map(({ slug }) => [slug]),
          )),
    ],
    names: () => [changed.name],
  })
}

/** `inlet credentials delete` */
export const deleteCredential = async (ref: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  await openApi(flags, context).call('DELETE', `/v1/credentials/${encodeURIComponent(ref)}`)
  show(context, flags, { deleted: ref }, { lines: () => [`${ref} is deleted.`], names: () => [ref] })
}
