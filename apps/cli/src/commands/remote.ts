import { type ApiClient, createApiClient } from '../client/api-client.js'
import { findInstallation, type InstallationFlags } from '../client/find-installation.js'
import { type OutputFlags, print, type Shown } from '../output/print.js'
import type { CommandContext } from './context.js'

/** Flags of every command that talks to an API. */
export interface RemoteFlags extends InstallationFlags, OutputFlags {}

/** The API that flags and environment name. */
export const openApi = (flags: InstallationFlags, { env }: Pick<CommandContext, 'env'>): ApiClient => {
  const { url, key } = findInstallation(flags, env)
  return createApiClient(url, key)
}

/** Prints a document, or what people read of it, as the flags ask. */
export const show = (
  context: Pick<CommandContext, 'terminal'>,
  flags: OutputFlags,
  document: unknown,
  shown: Shown['lines'] | Omit<Shown, 'document'>,
): void => print(context, flags, { document, ...(typeof shown === 'function' ? { lines: shown } : shown) })
