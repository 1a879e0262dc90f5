import type { Command } from 'commander'
import { knownActions, SOURCE_ACTIONS } from '../commands/change-source.js'
import { listResource } from '../resources/show-resource.js'
import { CONNECTORS, SOURCES } from '../resources/source-resources.js'
import { type Act, examples, remote, repeated, wholeNumber, withLanguage } from './options.js'
import { addResource } from './resource-commands.js'

/** Adds commands for looking at sources and changing them. */
export const addSourceCommands = (program: Command, act: Act): void => {
  const sources = addResource(program, act, SOURCES)
  addCreate(sources, act)
  addUpdate(sources, act)
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
    remote(program.command('describe').description('show a source: the cause of its status, latest runs, open incidents and events'))
      .argument('<source>', 'slug or id')
      .action(act(async (context, flags, [ref]) => (await import('../commands/describe.js')).describeSource(ref, flags, context))),
    'inlet describe docs',
    'inlet describe docs -o json',
  )
  examples(
    remote(program.command('test').description('read a few records of a source, saved or as a file defines it; nothing is stored'))
      .argument('<source>', 'slug or id')
      .option('-f, --file <path>', 'test the definitions in this file or folder; may be repeated', repeated)
      .option('--of <version>', 'live, draft or the number of a version', 'live')
      .option('--stream <stream>', 'only this stream')
      .option('--limit <n>', 'records per stream, at most 20', wholeNumber, 5)
      .action(act(async (context, flags, [ref]) => (await import('../commands/test-source.js')).testSource(ref, flags, context))),
    'inlet test docs',
    'inlet test crm -f sources.yaml          # before it is applied',
    'inlet test crm --of draft -o json',
  )
  examples(
    remote(program.command('why').description('show why a source is not running now, and who must act'))
      .argument('<source>', 'slug or id')
      .action(act(async (context, flags, [ref]) => (await import('../commands/why.js')).explainSource(ref, flags, context))),
    'inlet why docs',
  )
  examples(
    remote(program.command('check').description('check whether the settings and secrets of a source work'))
      .argument('<source>', 'slug or id')
      .action(act(async (context, flags, [ref]) => (await import('../commands/test-source.js')).checkSource(ref, flags, context))),
    'inlet check docs',
  )
  examples(
    remote(program.command('connectors').description(CONNECTORS.about))
      .argument('[type]', 'a connector')
      .action(
        act(async (context, flags, [type]) =>
          type === undefined
            ? listResource(CONNECTORS, undefined, flags, context)
            : (await import('../commands/connectors.js')).getConnector(type, flags, context),
        ),
      ),
    ...CONNECTORS.list.examples,
    'inlet connectors postgres',
  )
}

/** Adds the options that define a source, for registering and changing it. */
const withFields = (command: Command, name: string): Command =>
  withLanguage(remote(command))
    .option('--name <name>', name)
    .option('--set <setting=value>', 'a setting of the connector, e.g. tls.mode=disable; repeated for lists', repeated)
    .option(
      '--secret <name=from>',
      'a secret, from env:NAME or file:path; may be repeated; if any are given, they replace all existing ones',
      repeated,
    )
    .option('--credential <credential>', 'a shared credential instead of secrets')
    .option('--cron <fields>', 'when to read it, e.g. "*/15 * * * *"')
    .option('--time-zone <zone>', 'of the schedule, e.g. Europe/Berlin')
    .option('--fresh-within <duration>', 'maximum age of its last success, e.g. 1h')
    .option('--label <name=value>', 'may be repeated', repeated)
    .option('--check', 'connect first; nothing is saved if that fails')

const addCreate = (sources: Command, act: Act): void => {
  const create = sources
    .command('create')
    .description('register a source')
    .argument('[file...]', 'files to upload and read; the connector is then `file`')
    .option('--connector <type>', 'the kind of system; see `inlet connectors`')
    .option('--slug <slug>', 'its readable id; derived from the name if omitted')
  examples(
    withFields(create, 'what to call it; the name of the first file when left out')
      .option('--paused', 'register it without starting anything')
      .option('--no-run', 'do not run it immediately')
      .option('--follow', 'show its first run until it ends; the exit code gives the outcome')
      .action(act(async (context, flags, [files]) => (await import('../commands/create-source.js')).createSource(files, flags, context))),
    'inlet sources create people.csv --follow',
    'inlet sources create --connector web --name Docs --set startUrls=https://docs.example.com/ --cron "30 4 * * *"',
    'inlet sources create --connector postgres --name Shop --set host=db.example.com --set database=shop --set user=reader --secret password=env:SHOP_PASSWORD --check',
  )
}

const addUpdate = (sources: Command, act: Act): void => {
  const update = sources
    .command('update')
    .description('change a source; anything not given stays as it is, and the value none removes schedule, credential or freshness')
    .argument('<source>', 'slug or id')
    .option('-f, --file <path>', 'fields of a source as YAML or JSON, e.g. config: and schedule:')
    .option('--unset <setting>', 'reset a setting to its default; may be repeated', repeated)
  examples(
    withFields(update, 'what to call it').action(
      act(async (context, flags, [ref]) => (await import('../commands/update-source.js')).updateSource(ref, flags, context)),
    ),
    'inlet sources update docs --set maxPages=500 --cron "0 4 * * *"',
    'inlet sources update shop --secret password=env:SHOP_PASSWORD --check',
    'inlet sources update docs --label tier=       # takes the label away',
    'inlet sources update docs --language de',
    'inlet sources update shop -f changes.yaml',
  )
}
