import { SOURCE_LANGUAGES } from '@inlet/domain'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { CommandContext } from '../commands/context.js'
import { OUTPUTS } from '../output/print.js'
import { DATA_FOLDERS } from '../stack/data-folder.js'

/** Parses a whole number of at least 1. */
export const wholeNumber = (text: string): number => {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1) throw new InvalidArgumentError('a whole number from 1 is needed')
  return Number(text)
}

/** Collects the values of a repeatable option. */
export const repeated = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** Adds the options for the installation that a command uses. */
export const installation = (command: Command): Command =>
  command
    .addOption(new Option('--url <url>', 'address of the API (INLET_URL)'))
    .addOption(new Option('--key <key>', 'API key (rather INLET_API_KEY: flags can be seen by others)'))
    .addOption(new Option('--context <name>', 'an installation that `inlet login` has stored'))
    .addOption(new Option('--data <dir>', `data folder of a local installation, for address and key (default ${DATA_FOLDERS.join(', else ')})`))

/** Adds the options for the output format. */
export const withOutput = (command: Command): Command =>
  command.addOption(new Option('-o, --output <format>', 'output format').choices(OUTPUTS)).option('--json', 'the same as -o json')

/** Adds the options of every command that uses an API and shows its response. */
export const remote = (command: Command): Command => withOutput(installation(command))

/** Adds the same options where -o names a file. */
export const remoteToFile = (command: Command): Command => installation(command).option('--json', 'print JSON')

/** Adds the option to refresh until Ctrl-C. */
export const watchable = (command: Command): Command => command.option('--watch [seconds]', 'refresh, every 2 s by default', wholeNumber)

/** Adds the option for the language in which search reads the records of a source. */
export const withLanguage = (command: Command): Command =>
  command.addOption(new Option('--language <code>', 'of its records, for search; auto: detected for each').choices(SOURCE_LANGUAGES))

/** Adds examples at the end of the help. */
export const examples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`)

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
