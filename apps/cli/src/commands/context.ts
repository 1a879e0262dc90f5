import type { Terminal } from '../terminal/terminal.js'

/** What main.ts hands to every command. */
export interface CommandContext {
  readonly terminal: Terminal
  /** For bytes, which a terminal does not show. */
  readonly stdout: NodeJS.WritableStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Resolves on Ctrl-C or SIGTERM; a later second one ends the process at once. */
  readonly stopped: Promise<unknown>
  /** A question is asked on a terminal only; elsewhere it counts as no. */
  readonly confirm: (question: string) => Promise<boolean>
  /** Asks for a secret, which is not shown on a terminal; elsewhere it is the first line of standard input. */
  readonly ask: (question: string) => Promise<string>
}
