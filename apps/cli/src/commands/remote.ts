import { type ApiClient, createApiClient } from '../client/api-client.js'
import { findInstallation, type InstallationFlags } from '../client/find-installation.js'
import { type OutputFlags, print, type Shown } from '../output/print.js'
import type { CommandContext } from './context.js'

/** Flags of every command that uses an API. */
export interface RemoteFlags extends InstallationFlags, OutputFlags {}

/** Opens the API that flags and environment name. */
export const openApi = (flags: InstallationFlags, { env }: Pick<CommandContext, 'env'>): ApiClient => {
  const { url, key } = findInstallation(flags, env)
  return createApiClient(url, key)
}

/** Prints a document, or its readable form, as the flags request. */
export const show = (
  context: Pick<CommandContext, 'terminal'>,
  flags: OutputFlags,
  document: unknown,
  shown: Shown['lines'] | Omit<Shown, 'document'>,
): void => print(context, flags, { document, ...(typeof shown === 'function' ? { lines: shown } : shown) })
