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
