import type { Command } from 'commander'
import { type Act, examples, remote, wholeNumber } from './options.js'

/** Adds commands for records that could not be stored. */
export const addQuarantineCommands = (program: Command, act: Act): void => {
  examples(
    remote(program.command('quarantine').description('list, retry or drop records of a source that could not be stored'))
      .argument('<source>', 'slug or id')
      .option('--retry', 'retry the selected records')
      .option('--drop', 'give up the selected records; their content is removed')
      .option('--id <id>', 'only this record')
      .option('--record <json>', 'with --id and --retry: the record to store instead')
      .option('--stream <name>', 'only records of this stream')
      .option('--reason <reason>', 'only records with this reason')
      .option('--before <moment>', 'with --retry or --drop: only records quarantined before this time, ISO 8601')
      .option('--state <state>', 'when listing: open, retrying, retried, superseded, resolved, dropped', 'open')
      .option('--limit <n>', 'when listing: maximum number', wholeNumber, 50)
      .option('--yes', 'do not ask before dropping')
      .action(act(async (context, flags, [ref]) => (await import('../commands/quarantine.js')).handleQuarantine(ref, flags, context))),
    'inlet quarantine orders',
    'inlet quarantine orders --retry --reason MAPPING_FAILED',
    `inlet quarantine orders --id 42 --retry --record '{"key":7,"kind":"row","data":{"total":1}}'`,
    'inlet quarantine orders --drop --before 2026-01-01T00:00:00Z --yes',
  )
}
