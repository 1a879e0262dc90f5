import type { Command } from 'commander'
import type { Act } from './act.js'
import { examples, remote, remoteToFile, wholeNumber } from './options.js'

/** Looking into a source, and taking things out. */
export const addBrowseCommands = (program: Command, act: Act): void => {
  examples(
    remote(program.command('browse').description('what lies at a path of a source, for connectors that have paths'))
      .argument('<source>', 'slug or id')
      .argument('[path]', 'where to look; the top when left out')
      .option('--about', 'what is known of the item at the path, instead of what lies there')
      .option('--refresh', 'ask the source, whatever is kept')
      .option('--limit <n>', 'at most so many', wholeNumber, 100)
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
    remoteToFile(program.command('fetch').description('the bytes of an item of a source'))
      .argument('<source>', 'slug or id')
      .argument('<path>', 'as browse lists it')
      .option('-o, --output <file>', 'write to a file, which is complete or not there')
      .option('--refresh', 'ask the source, whatever is kept')
      .action(act(async (context, flags, [ref, path]) => (await import('../commands/fetch-item.js')).fetchItem(ref, path, flags, context))),
    'inlet fetch exports 2026/may.csv -o may.csv',
    'inlet fetch exports 2026/may.csv.gz | gunzip | head',
  )
}
