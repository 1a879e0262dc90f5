import type { Command } from 'commander'
import { knownActions, SOURCE_ACTIONS } from '../commands/change-source.js'
import type { Act } from './act.js'
import { examples, remote, repeated, wholeNumber } from './options.js'

/** Looking at sources and changing what they do. */
export const addSourceCommands = (program: Command, act: Act): void => {
  const sources = program.command('sources').description('list sources, and act on them')
  examples(
    remote(sources.command('list', { isDefault: true }).description('a line for each source'))
      .option('--status <status>', 'ACTIVE, PAUSED or ERROR')
      .option('--state <state>', 'INIT, STARTING, RUNNING, ERROR or STOPPED')
      .option('--connector <type>', 'only of this connector')
      .option('--label <name:value>', 'only with this label; may be repeated', repeated)
      .option('-q, --query <text>', 'part of the name or slug')
      .option('--limit <n>', 'at most so many', wholeNumber)
      .action(act(async (context, flags) => (await import('../commands/sources.js')).listSources(flags, context))),
    'inlet sources',
    'inlet sources list --status ERROR --label team:crm --json',
  )
  examples(
    remote(sources.command('get').description('everything about a source, except its secrets'))
      .argument('<source>', 'slug or id')
      .action(act(async (context, flags, [ref]) => (await import('../commands/sources.js')).getSource(ref, flags, context))),
    'inlet sources get docs',
  )
  for (const action of knownActions())
    examples(
      remote(sources.command(action).description(SOURCE_ACTIONS[action]))
        .argument('<source...>', 'slugs or ids')
        .action(act(async (context, flags, [refs]) => (await import('../commands/change-source.js')).actOnSources(action, refs, flags, context))),
      `inlet sources ${action} docs`,
    )
  examples(
    remote(sources.command('delete').description('delete sources with all their records'))
      .argument('<source...>', 'slugs or ids')
      .option('--yes', 'do not ask')
      .action(act(async (context, flags, [refs]) => (await import('../commands/change-source.js')).deleteSources(refs, flags, context))),
    'inlet sources delete docs --yes',
  )
  examples(
    remote(program.command('test').description('read a few records of a source, saved or as a file defines it; nothing is stored'))
      .argument('<source>', 'slug or id')
      .option('-f, --file <path>', 'test what this file or folder says; may be repeated', repeated)
      .option('--of <version>', 'live, draft or the number of a version', 'live')
      .option('--stream <stream>', 'only this stream')
      .option('--limit <n>', 'records of each stream, 20 at most', wholeNumber, 5)
      .action(act(async (context, flags, [ref]) => (await import('../commands/test-source.js')).testSource(ref, flags, context))),
    'inlet test docs',
    'inlet test crm -f sources.yaml          # before it is applied',
    'inlet test crm --of draft --json',
  )
  examples(
    remote(program.command('why').description('why a source is not running now, and who must act'))
      .argument('<source>', 'slug or id')
      .action(act(async (context, flags, [ref]) => (await import('../commands/why.js')).explainSource(ref, flags, context))),
    'inlet why docs',
  )
  examples(
    remote(program.command('check').description('whether the settings and secrets of a source work'))
      .argument('<source>', 'slug or id')
      .action(act(async (context, flags, [ref]) => (await import('../commands/check.js')).checkSource(ref, flags, context))),
    'inlet check docs',
  )
  examples(
    remote(program.command('connectors').description('the kinds of systems, or the settings of one'))
      .argument('[type]', 'a connector')
      .action(
        act(async (context, flags, [type]) => {
          const { getConnector, listConnectors } = await import('../commands/connectors.js')
          await (type === undefined ? listConnectors(flags, context) : getConnector(type, flags, context))
        }),
      ),
    'inlet connectors',
    'inlet connectors postgres',
  )
}
