import { type ApiClient, createApiClient } from '../client/api-client.js'
import { findInstallation, type InstallationFlags } from '../client/find-installation.js'
import type { CommandContext } from './context.js'

/** Flags of every command that talks to an API. */
export interface RemoteFlags extends InstallationFlags {
  readonly json?: boolean
}

/** The API that flags and environment name. */
export const openApi = (flags: InstallationFlags, { env }: Pick<CommandContext, 'env'>): ApiClient => {
  const { url, key } = findInstallation(flags, env)
  return createApiClient(url, key)
}

/** Prints one JSON document, or lines for people. */
export const show = (
  { terminal }: Pick<CommandContext, 'terminal'>,
  flags: Pick<RemoteFlags, 'json'>,
  document: unknown,
  lines: () => readonly string[],
): void => {
  if (flags.json) terminal.line(JSON.stringify(document, null, 2))
  else for (const line of lines()) terminal.line(line)
}
