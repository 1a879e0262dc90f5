import { SOURCE_LANGUAGES } from '@inlet/domain'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { OUTPUTS } from '../output/print.js'
import { DATA_FOLDERS } from '../stack/data-folders.js'

/** A whole number from 1. */
export const wholeNumber = (text: string): number => {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1) throw new InvalidArgumentError('a whole number from 1 is needed')
  return Number(text)
}

/** An option that may be repeated. */
export const repeated = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** Which installation a command talks to. */
export const installation = (command: Command): Command =>
  command
    .addOption(new Option('--url <url>', 'address of the API (INLET_URL)'))
    .addOption(new Option('--key <key>', 'API key (rather INLET_API_KEY: flags can be seen by others)'))
    .addOption(new Option('--context <name>', 'an installation that `inlet login` has stored'))
    .addOption(new Option('--data <dir>', `data folder of a local installation, for address and key (default ${DATA_FOLDERS.join(', else ')})`))

/** How the answer is printed. */
export const withOutput = (command: Command): Command =>
  command.addOption(new Option('-o, --output <format>', 'output format').choices(OUTPUTS)).option('--json', 'the same as -o json')

/** What every command takes that talks to an API and shows its answer. */
export const remote = (command: Command): Command => withOutput(installation(command))

/** The same where -o names a file. */
export const remoteToFile = (command: Command): Command => installation(command).option('--json', 'print JSON')

/** Again and again, until Ctrl-C. */
export const watchable = (command: Command): Command => command.option('--watch [seconds]', 'refresh, every 2 s by default', wholeNumber)

/** In which language search reads the records of a source. */
export const withLanguage = (command: Command): Command =>
  command.addOption(new Option('--language <code>', 'of its records, for search; auto: detected for each').choices(SOURCE_LANGUAGES))

/** Examples at the end of the help. */
export const examples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`)
