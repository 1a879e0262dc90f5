import type { SessionView } from '@inlet/contract'
import { createApiClient } from '../client/api-client.js'
import { contextsFile, getContext, readContexts, writeContexts } from '../client/contexts.js'
import { findInstallation } from '../client/find-installation.js'
import { toTable } from '../output/format.js'
import { type OutputFlags, print } from '../output/print.js'
import type { CommandContext } from './context.js'

export interface LoginFlags extends OutputFlags {
  readonly name?: string
}

/** `inlet login`: stores address and key of an installation after trying them, and makes it the current one. */
export const login = async (address: string, flags: LoginFlags, context: CommandContext): Promise<void> => {
  const { env, ask } = context
  const given = env['INLET_API_KEY'] || (await ask(`API key for ${address}: `))
  const { url, key } = findInstallation({ url: address, key: given }, env)
  const { actor, scopes } = await createApiClient(url, key).call<SessionView>('GET', '/v1/session')
  const name = flags.name ?? new URL(url).hostname
  const { contexts } = readContexts(env)
  writeContexts(env, { current: name, contexts: { ...contexts, [name]: { url, key } } })
  print(context, flags, {
    document: { name, url, actor, scopes },
    lines: () => [
      `Signed in to ${url} as ${actor.name} (${scopes.join(', ')}); commands now talk to it.`,
      `The key is kept in ${contextsFile(env)}, which only you can read.`,
    ],
    names: () => [name],
  })
}

/** `inlet context`: lists what `login` has stored, without the keys. */
export const listContexts = async (flags: OutputFlags, context: CommandContext): Promise<void> => {
  const { current, contexts } = readContexts(context.env)
  const items = Object.entries(contexts).map(([name, { url }]) => ({ name, url, current: name === current }))
  print(context, flags, {
    document: { items },
    lines: () =>
      items.length === 0
        ? ['No contexts. `inlet login <url>` makes one.']
        : toTable(
            ['CURRENT', 'NAME', 'URL'],
            items.map(({ name, url, current: isCurrent }) => [isCurrent ? '*' : '', name, url]),
          ),
    names: () => items.map(({ name }) => name),
  })
}

/** `inlet context use`: chooses the installation that commands use; null: none, so that they look for a local one again. */
export const useContext = async (name: string | null, { env, terminal }: CommandContext): Promise<void> => {
  const stored = readContexts(env)
  const chosen = name === null ? null : getContext(stored, name)
  writeContexts(env, { ...stored, current: name })
  terminal.line(chosen === null ? 'Commands look for an installation on this machine.' : `Commands talk to ${chosen.url}.`)
}

/** `inlet context delete`: forgets address and key. The key itself remains valid: `inlet keys revoke` ends it. */
export const deleteContext = async (name: string, { env, terminal }: CommandContext): Promise<void> => {
  const stored = readContexts(env)
  getContext(stored, name)
  const { [name]: _gone, ...contexts } = stored.contexts
  writeContexts(env, { current: stored.current === name ? null : stored.current, contexts })
  terminal.line(`${name} is forgotten.`)
}
