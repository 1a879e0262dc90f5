import { openDataFolder } from '../stack/data-folder.js'
import { startStack } from '../stack/start-stack.js'
import { printAddresses } from './addresses.js'
import type { CommandContext } from './context.js'

export interface UpFlags {
  readonly data: string
  readonly workers: number
  readonly port?: number
}

/** `inlet up`: runs a complete installation on this machine until Ctrl-C. */
export const up = async (flags: UpFlags, context: CommandContext): Promise<void> => {
  const { terminal, env, stopped } = context
  terminal.line(terminal.bold('\nInlet'))
  const folder = openDataFolder(flags.data)
  const stack = await startStack({
    folder,
    workers: flags.workers,
    port: flags.port,
    env,
    stopped,
    step: (title, work) => terminal.step(title, work),
    notice: (message) => terminal.line(`  ! ${message}`),
  })
  await printAddresses(context, stack, folder)
  await stopped
  await terminal.step('stopping', () => stack.close())
}
