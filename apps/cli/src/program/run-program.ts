import { withSecretFiles } from '@inlet/runtime'
import { CommanderError } from 'commander'
import type { CommandContext } from '../commands/context.js'
import { EXIT } from '../output/exit-codes.js'
import { errorLines, explainError } from '../output/explain-error.js'
import { buildProgram } from './build-program.js'

export interface ProgramOutput {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

/** Runs one command (without the leading `node inlet`) and returns its exit code; errors go to stderr, as JSON with --json. */
export const runProgram = async (args: readonly string[], context: CommandContext, { stdout, stderr }: ProgramOutput): Promise<number> => {
  let exitCode = 0
  try {
    const program = buildProgram({ ...context, env: withSecretFiles(context.env) }, { writeOut: stdout, writeErr: stderr }, (code) => {
      exitCode = code
    })
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    const explained = explainError(error)
    const { exitCode: code, ...shown } = explained
    stderr(`${wantsJson(args) ? JSON.stringify({ error: shown }) : errorLines(explained).join('\n')}\n`)
    return code
  }
}

/** Looks at the arguments themselves: an error may occur before they are parsed. */
const wantsJson = (args: readonly string[]): boolean =>
  args.some(
    (word, index) =>
      word === '--json' || /^(-ojson|--output=json)$/u.test(word) || (word === 'json' && /^(-o|--output)$/u.test(args[index - 1] ?? '')),
  )
