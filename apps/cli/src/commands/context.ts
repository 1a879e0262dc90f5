import { type ApiClient, createApiClient } from '../client/api-client.js'
import { findInstallation, type InstallationFlags } from '../client/find-installation.js'
import { type OutputFlags, print, type Shown } from '../output/print.js'
import type { Terminal } from '../terminal/terminal.js'

/** What main.ts passes to every command. */
export interface CommandContext {
  readonly terminal: Terminal
  /** For bytes, which a terminal cannot show. */
  readonly stdout: NodeJS.WritableStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Resolves on Ctrl-C or SIGTERM; a second one later ends the process at once. */
  readonly stopped: Promise<unknown>
  /** Asks a question on a terminal only; elsewhere the answer is no. */
  readonly confirm: (question: string) => Promise<boolean>
  /** Asks for a secret, which a terminal does not echo; elsewhere it is the first line of standard input. */
  readonly ask: (question: string) => Promise<string>
}

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
