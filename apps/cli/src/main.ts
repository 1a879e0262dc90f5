#!/usr/bin/env node
import { waitForSignal } from '@inlet/runtime'
import { Command, InvalidArgumentError } from 'commander'
import type { CommandContext } from './commands/context.js'
import { createTerminal } from './terminal/terminal.js'

const wholeNumber = (text: string): number => {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1) throw new InvalidArgumentError('a whole number from 1 is needed')
  return Number(text)
}

// Listening from the first line on: a Ctrl-C while things start must close what has been opened.
const stopped = waitForSignal()

// A reader such as `head` may close the pipe early; that is no error of ours.
process.stdout.on('error', () => process.exit(0))
const context: CommandContext = { terminal: createTerminal(process.stdout), env: process.env, stopped }

const program = new Command('inlet').description('Data source registry and ingestion.').version('0.1.0').showHelpAfterError()
const stackOptions = (command: Command): Command =>
  command
    .option('--data <dir>', 'folder for database, logs and secrets', '.inlet')
    .option('--workers <n>', 'worker processes', wholeNumber, 1)
    .option('--port <p>', 'port of the API (default 3210, or a free one)', wholeNumber)

stackOptions(program.command('up').description('start a whole installation on this machine'))
  .addHelpText('after', '\nExample:\n  inlet up --workers 2 --data ./data --port 8080')
  .action(async (flags) => (await import('./commands/up.js')).up(flags, context))
stackOptions(program.command('demo').description('up, with sources that need no internet'))
  .option('--exit', 'stop when everything is ingested', false)
  .addHelpText('after', '\nExample:\n  inlet demo --exit')
  .action(async (flags) => {
    process.exitCode = await (await import('./commands/demo.js')).demo(flags, context)
  })
program
  .command('migrate')
  .description('bring DATABASE_URL to the schema of this build')
  .action(async () => (await import('./commands/migrate.js')).migrateCommand(context))
program
  .command('keys')
  .description('API keys')
  .command('create')
  .description('make an API key in DATABASE_URL and print it once')
  .requiredOption('--name <name>', 'what the key is for')
  .requiredOption('--scopes <scopes>', 'read, write, admin; separated by commas')
  .addHelpText('after', '\nExample:\n  DATABASE_URL=… INLET_ENCRYPTION_KEYS=… inlet keys create --name ops --scopes admin')
  .action(async (flags) => (await import('./commands/create-key.js')).createKeyCommand(flags, context))

try {
  await program.parseAsync()
  process.exit()
} catch (error) {
  process.stderr.write(`\nError: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
