import type { Command } from 'commander'
import { DATA_FOLDER, DATA_FOLDERS, DEMO_FOLDER } from '../stack/data-folder.js'
import { type Act, examples, wholeNumber, withOutput } from './options.js'

const stack = (command: Command, folder: string): Command =>
  command
    .option('--data <dir>', 'folder for database, logs and secrets', folder)
    .option('--workers <n>', 'worker processes', wholeNumber, 1)
    .option('--port <p>', 'port of the API (default 3210, or a free one)', wholeNumber)

/** Adds commands that run or prepare an installation. */
export const addStackCommands = (program: Command, act: Act): void => {
  examples(
    stack(program.command('up').description('start a whole installation on this machine'), DATA_FOLDER).action(
      act(async (context, flags) => (await import('../commands/up.js')).up(flags, context)),
    ),
    'inlet up --workers 2 --data ./data --port 8080',
    'INLET_SOURCES_FILE=sources.yaml inlet up      # the sources are kept in a file',
  )
  examples(
    stack(program.command('demo').description('like up, in a separate folder, with sources that need no internet access'), DEMO_FOLDER)
      .option('--exit', 'stop when everything is ingested', false)
      .action(act(async (context, flags) => (await import('../commands/demo.js')).demo(flags, context))),
    'inlet demo --exit',
  )
  examples(
    program
      .command('migrate')
      .description('migrate the database at DATABASE_URL to the schema of this build')
      .action(act(async (context) => (await import('../commands/migrate.js')).migrateCommand(context))),
    'DATABASE_URL=postgresql://user:password@host:5432/inlet inlet migrate',
  )
  examples(
    withOutput(program.command('doctor').description('check everything an installation needs, and show how to repair what is missing'))
      .option('--url <url>', 'also ask the API at this address (INLET_URL)')
      .option('--key <key>', 'its key, to ask it about processes and incidents (INLET_API_KEY)')
      .option('--data <dir>', `data folder of a local installation (default ${DATA_FOLDERS.join(', else ')})`)
      .action(act(async (context, flags) => (await import('../commands/doctor.js')).doctor(flags, context))),
    'inlet doctor',
    'docker compose exec api node apps/cli/dist/main.js doctor',
  )
}
