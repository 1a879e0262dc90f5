import { type Command, InvalidArgumentError, Option } from 'commander'
import { DATA_FOLDERS } from '../stack/data-folders.js'

/** A whole number from 1. */
export const wholeNumber = (text: string): number => {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1) throw new InvalidArgumentError('a whole number from 1 is needed')
  return Number(text)
}

/** An option that may be repeated. */
export const repeated = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** What every command takes that talks to an API. */
export const remote = (command: Command): Command =>
  command
    .addOption(new Option('--url <url>', 'address of the API (INLET_URL)'))
    .addOption(new Option('--key <key>', 'API key (rather INLET_API_KEY: flags can be seen by others)'))
    .addOption(new Option('--data <dir>', `data folder of a local installation, for address and key (default ${DATA_FOLDERS.join(', else ')})`))
    .option('--json', 'print JSON')

/** Examples at the end of the help. */
export const examples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`)
