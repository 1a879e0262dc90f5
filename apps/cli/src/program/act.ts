import type { CommandContext } from '../commands/context.js'

/** Creates the action of a command, which gets flags and arguments and returns the exit code (default: 0). */
// The flags have the types of the command's own options; commander knows them as loose records.
// oxlint-disable-next-line typescript/no-explicit-any
export type Act = (work: (context: CommandContext, flags: any, args: readonly any[]) => Promise<number | void>) => (...given: any[]) => Promise<void>

/** Records the exit code; the caller reports what is thrown. */
export const createAct =
  (context: CommandContext, setExitCode: (code: number) => void): Act =>
  (work) =>
  async (...given) => {
    // commander passes the arguments, the flags and the command.
    const args = given.slice(0, -2)
    setExitCode((await work(context, given.at(-2), args)) ?? 0)
  }
