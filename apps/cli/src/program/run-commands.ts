import type { Command } from 'commander'
import { RUNS } from '../resources/source-resources.js'
import { type Act, examples, remote, wholeNumber } from './options.js'
import { addResource } from './resource-commands.js'
import { addSearchCommands } from './search-commands.js'

/** Adds commands for runs, events and records. */
export const addRunCommands = (program: Command, act: Act): void => {
  examples(
    remote(program.command('run').description('run a source now'))
      .argument('<source>', 'slug or id')
      .option('--follow', 'show progress until it ends; the exit code gives the outcome')
      .option('--allow-mass-delete', 'allow this run to delete most records if they are missing from the source')
      .action(act(async (context, flags, [ref]) => (await import('../commands/run.js')).runSource(ref, flags, context))),
    'inlet run docs --follow',
    'inlet run docs --follow --json | tail -1     # the run as it ended',
  )
  const runs = addResource(program, act, RUNS)
  examples(
    remote(runs.command('cancel').description('cancel an active run; records it has stored are kept'))
      .argument('<run>', 'id of a run')
      .action(act(async (context, flags, [id]) => (await import('../commands/run.js')).cancelRun(id, flags, context))),
    'inlet runs cancel b7f13909-3c9c-4f6e-a7b1-0d6d4c7f5a11',
  )
  examples(
    remote(program.command('logs').description('show recent events, and follow new ones'))
      .option('-f, --follow', 'follow new events')
      .option('--source <source>', 'slug or id')
      .option('--level <level>', 'debug, info, warn or error')
      .option('--type <type>', 'a type of event, e.g. run.ended')
      .option('--limit <n>', 'how many past events to show', wholeNumber, 50)
      .action(act(async (context, flags) => (await import('../commands/logs.js')).logs(flags, context))),
    'inlet logs -f --source docs',
    'inlet logs -f --json | jq -r .message',
  )
  examples(
    remote(program.command('changes').description('list records that were stored, changed or deleted'))
      .option('--after <token>', 'the token that the last call ended with, or now; if omitted, everything stored comes first')
      .option('--source <source...>', 'slugs or ids')
      .option('--stream <stream>', 'the name of a stream')
      .option('--kind <kind>', 'document, row, item or event')
      .option('-f, --follow', 'follow new changes')
      .action(act(async (context, flags) => (await import('../commands/changes.js')).changes(flags, context))),
    'inlet changes --follow --after now',
    'inlet changes --source docs --json | jq -r .key',
  )
  addSearchCommands(program, act)
  examples(
    remote(program.command('mcp').description('serve agents over standard input and output (Model Context Protocol)')).action(
      act(async (context, flags) => (await import('../commands/mcp.js')).mcp(flags, context)),
    ),
    'INLET_URL=https://inlet.example.com INLET_API_KEY=inl_… inlet mcp',
  )
}
