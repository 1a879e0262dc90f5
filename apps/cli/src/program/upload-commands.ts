import type { Command } from 'commander'
import { UPLOADS } from '../resources/upload-resource.js'
import { type Act, examples, remote } from './options.js'
import { addResource } from './resource-commands.js'

/** Files that were sent to Inlet. */
export const addUploadCommands = (program: Command, act: Act): void => {
  const uploads = addResource(program, act, UPLOADS)
  examples(
    remote(uploads.command('create').description('upload files without a source; `inlet sources create <file>` does both'))
      .argument('<file...>', 'files of this machine')
      .action(act(async (context, flags, [files]) => (await import('../commands/uploads.js')).createUploads(files, flags, context))),
    'inlet uploads create prices.csv',
  )
  examples(
    remote(
      uploads
        .command('replace')
        .description('give an upload a new content; its sources then store what has changed and delete the rows that are gone'),
    )
      .argument('<upload>', 'the source that reads it, or its id or file name')
      .argument('<file>', 'a file of this machine')
      .option('--no-run', 'leave it to the next run of its sources')
      .option('--follow', 'show the run until it ends; the exit code gives the outcome')
      .action(act(async (context, flags, [ref, file]) => (await import('../commands/uploads.js')).replaceUpload(ref, file, flags, context))),
    'inlet uploads replace people people.csv --follow',
    'inlet uploads replace prices.csv exports/prices.csv --no-run',
  )
  examples(
    remote(uploads.command('delete').description('delete uploads; sources that read them delete their records with the next run'))
      .argument('<upload...>', 'ids, file names or the source that reads it')
      .option('--yes', 'do not ask')
      .action(act(async (context, flags, [refs]) => (await import('../commands/uploads.js')).deleteUploads(refs, flags, context))),
    'inlet uploads delete prices.csv',
  )
}
