import type { Command } from 'commander'
import { KEYS } from '../resources/operation-resources.js'
import { type Act, examples, remote } from './options.js'
import { addResource } from './resource-commands.js'

/** Adds commands for API keys. */
export const addKeyCommands = (program: Command, act: Act): void => {
  const keys = addResource(program, act, KEYS)
  examples(
    remote(keys.command('create').description('create an API key and print it once; with DATABASE_URL and without --url, directly in the database'))
      .requiredOption('--name <name>', 'what the key is for')
      .requiredOption('--scopes <scopes>', 'read, write, admin; separated by commas')
      .action(
        act(async (context, flags) => {
          const inDatabase = flags.url === undefined && !context.env['INLET_URL'] && Boolean(context.env['DATABASE_URL'])
          if (inDatabase) return (await import('../commands/keys.js')).createKeyCommand(flags, context)
          return (await import('../commands/keys.js')).createKeyOverApi(flags, context)
        }),
      ),
    'inlet keys create --name reports --scopes read',
    'DATABASE_URL=… INLET_ENCRYPTION_KEYS=… inlet keys create --name ops --scopes admin     # the first one',
  )
  examples(
    remote(keys.command('revoke').description('revoke a key immediately and permanently'))
      .argument('<id>', 'id of the key, the second part of inl_<id>_…')
      .action(act(async (context, flags, [id]) => (await import('../commands/keys.js')).revokeKey(id, flags, context))),
    'inlet keys revoke 4fzyo82mvyr0abcd',
  )
  addMasterKeyCommands(keys, act)
}

/** Adds commands for master keys, among those for API keys. */
const addMasterKeyCommands = (keys: Command, act: Act): void => {
  examples(
    keys
      .command('generate')
      .description('print a new master key for INLET_ENCRYPTION_KEYS; nothing is stored')
      .argument('<id>', 'a name for it, e.g. 2026-11')
      .action(act(async (context, _flags, [id]) => (await import('../commands/keys.js')).generateKey(id, context))),
    'inlet keys generate 2026-11',
  )
  examples(
    remote(keys.command('rotate').description('re-encrypt all secrets with the first master key, while sources keep running')).action(
      act(async (context, flags) => (await import('../commands/rotate-keys.js')).rotateKeys(flags, context)),
    ),
    'inlet keys rotate',
    'inlet keys rotate --json',
  )
}
