import type { Command } from 'commander'
import { type Act, examples, remote, remoteToFile, wholeNumber } from './options.js'

/** Adds commands for browsing a source and fetching items. */
export const addBrowseCommands = (program: Command, act: Act): void => {
  examples(
    remote(program.command('browse').description('list what is at a path of a source, for connectors that have paths'))
      .argument('<source>', 'slug or id')
      .argument('[path]', 'path to list; the top level if omitted')
      .option('--about', 'show metadata of the item at the path instead of its contents')
      .option('--refresh', 'ask the source, ignoring the cache')
      .option('--limit <n>', 'maximum number to list', wholeNumber, 100)
      .action(
        act(async (context, flags, [ref, path]) => {
          const { aboutItem, browse } = await import('../commands/browse.js')
          await (flags.about ? aboutItem : browse)(ref, path ?? '', flags, context)
        }),
      ),
    'inlet browse exports',
    'inlet browse exports 2026/ --json',
    'inlet browse exports 2026/may.csv --about',
  )
  examples(
    remoteToFile(program.command('fetch').description('download an item of a source'))
      .argument('<source>', 'slug or id')
      .argument('<path>', 'as browse lists it')
      .option('-o, --output <file>', 'write to a file, which appears only when it is complete')
      .option('--refresh', 'ask the source, ignoring the cache')
      .action(act(async (context, flags, [ref, path]) => (await import('../commands/fetch-item.js')).fetchItem(ref, path, flags, context))),
    'inlet fetch exports 2026/may.csv -o may.csv',
    'inlet fetch exports 2026/may.csv.gz | gunzip | head',
  )
}
