import { Argument, Command, type OutputConfiguration } from 'commander'
import type { CommandContext } from '../commands/context.js'
import { addBrowseCommands } from './browse-commands.js'
import { SHELLS, type Shell, toCompletion } from './completion.js'
import { addContextCommands } from './context-commands.js'
import { addDeliveryCommands } from './delivery-commands.js'
import { addKeyCommands } from './key-commands.js'
import { addOperationCommands } from './operation-commands.js'
import { createAct, examples } from './options.js'
import { addQuarantineCommands } from './quarantine-commands.js'
import { addRegistryCommands } from './registry-commands.js'
import { addRunCommands } from './run-commands.js'
import { addSourceCommands } from './source-commands.js'
import { addStackCommands } from './stack-commands.js'
import { addUploadCommands } from './upload-commands.js'

/** Builds the program with all commands. Commander's own errors (usage) are thrown as `CommanderError` instead of ending the process. */
export const buildProgram = (context: CommandContext, output: OutputConfiguration, setExitCode: (code: number) => void): Command => {
  const program = new Command('inlet')
    .description('Data source registry and ingestion.')
    .version('0.1.0')
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      '\nCommands use the API at --url or INLET_URL, with INLET_API_KEY. Without them they use the installation stored by `inlet login`, otherwise the one that `inlet up` or `inlet demo` runs on this machine.\nExit codes: docs/guides/cli.md.',
    )
  const act = createAct(context, setExitCode)
  addStackCommands(program, act)
  addRegistryCommands(program, act)
  addSourceCommands(program, act)
  addUploadCommands(program, act)
  addBrowseCommands(program, act)
  addRunCommands(program, act)
  addQuarantineCommands(program, act)
  addOperationCommands(program, act)
  addDeliveryCommands(program, act)
  addKeyCommands(program, act)
  addContextCommands(program, act)
  examples(
    program
      .command('completion')
      .description('print a script that completes commands in a shell')
      .addArgument(new Argument('<shell>').choices(SHELLS))
      .action(act(async ({ terminal }, _flags, [shell]) => terminal.line(toCompletion(shell as Shell, program)))),
    'source <(inlet completion bash)',
    'inlet completion fish > ~/.config/fish/completions/inlet.fish',
  )
  for (const command of [program, ...allCommands(program)])
    command.exitOverride().configureOutput(output).showHelpAfterError('Run it with --help to see what it takes.')
  return program
}

const allCommands = (command: Command): readonly Command[] => command.commands.flatMap((sub) => [sub, ...allCommands(sub)])
