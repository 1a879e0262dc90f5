import type { Command } from 'commander'
import type { Act } from './act.js'
import { examples, remote } from './options.js'

/** Adds commands for master keys, among those for API keys. */
export const addMasterKeyCommands = (keys: Command, act: Act): void => {
  examples(
    keys
      .command('generate')
      .description('print a new master key for INLET_ENCRYPTION_KEYS; nothing is stored')
      .argument('<id>', 'a name for it, e.g. 2026-11')
      .action(act(async (context, _flags, [id]) => (await import('../commands/generate-key.js')).generateKey(id, context))),
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
