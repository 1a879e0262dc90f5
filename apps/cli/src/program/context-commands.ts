import type { Command } from 'commander'
import { type Act, examples, withOutput } from './options.js'

/** Adds commands for named installations elsewhere. */
export const addContextCommands = (program: Command, act: Act): void => {
  examples(
    withOutput(program.command('login').description('store the address and key of an installation for later commands'))
      .argument('<url>', 'address of its API')
      .option('--name <name>', 'a name for it; its host if omitted')
      .action(act(async (context, flags, [url]) => (await import('../commands/login.js')).login(url, flags, context))),
    'inlet login https://inlet.example.com          # asks for the key',
    'INLET_API_KEY=inl_… inlet login https://inlet.example.com --name production',
  )
  const contexts = program.command('context').description('installations that `inlet login` has stored')
  examples(
    withOutput(contexts.command('list', { isDefault: true }).description('list them; * marks the one in use')).action(
      act(async (context, flags) => (await import('../commands/login.js')).listContexts(flags, context)),
    ),
    'inlet context',
  )
  examples(
    contexts
      .command('use')
      .description('use this one from now on')
      .argument('[name]', 'its name in the list; none: an installation on this machine')
      .action(act(async (context, _flags, [name]) => (await import('../commands/login.js')).useContext(name ?? null, context))),
    'inlet context use production',
    'inlet context use          # back to this machine',
  )
  examples(
    contexts
      .command('delete')
      .description('remove the stored address and key')
      .argument('<name>', 'its name in the list')
      .action(act(async (context, _flags, [name]) => (await import('../commands/login.js')).deleteContext(name, context))),
    'inlet context delete production',
  )
}
