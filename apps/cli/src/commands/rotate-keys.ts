import { setTimeout as delay } from 'node:timers/promises'
import type { EncryptionView } from '@inlet/contract'
import { EXIT } from '../output/exit-codes.js'
import { isForPeople, print } from '../output/print.js'
import { type CommandContext, openApi, type RemoteFlags } from './context.js'

const POLL_MS = 500
const BAR_WIDTH = 30

/**
 * `inlet keys rotate`: reseals everything with the primary key and follows the rotation to its end. If the command is interrupted, the rotation
 * continues.
 */
export const rotateKeys = async (flags: RemoteFlags, context: CommandContext): Promise<number> => {
  const { terminal } = context
  const api = openApi(flags, context)
  const people = isForPeople(flags)
  let view = await api.call<EncryptionView>('POST', '/v1/encryption/rotate')
  const stopped = context.stopped.then(() => true)
  while (view.rotation?.state === 'running') {
    if (people) terminal.block(progressLines(view.rotation))
    if (await Promise.race([stopped, delay(POLL_MS).then(() => false)])) {
      if (people) terminal.line('\nThe rotation continues; inlet keys rotate shows it again.')
      return EXIT.interrupted
    }
    view = await api.call<EncryptionView>('GET', '/v1/encryption')
  }
  if (!people) print(context, flags, { document: view, lines: () => [], names: () => [view.rotation?.to ?? ''] })
  else {
    if (view.rotation !== null) terminal.block(progressLines(view.rotation))
    terminal.endBlock()
    for (const line of resultLines(view)) terminal.line(line)
  }
  return view.rotation?.state === 'done' ? EXIT.done : EXIT.failed
}

/** Shows the progress of a rotation as a bar. Pure. */
export const progressLines = ({ to, done, total, message }: NonNullable<EncryptionView['rotation']>): readonly string[] => {
  const filled = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`
  return [`  ${bar} ${done} of ${total} sealed with ${to}`, ...(message === null ? [] : [`  ! ${message}`])]
}

/** Lists what the operator may do now. Pure. */
export const resultLines = ({ keys, primaryKey }: EncryptionView): readonly string[] =>
  keys
    .filter(({ id }) => id !== primaryKey)
    .map((key) => {
      if (key.removable) return `  Key ${key.id} is no longer needed: remove it from INLET_ENCRYPTION_KEYS.`
      const texts = Object.values(key.sealed).reduce((sum, count) => sum + count, 0)
      const uses = [
        ...(texts > 0 ? [`${texts} sealed texts`] : []),
        ...(key.apiKeys > 0 ? [`${key.apiKeys} API keys that have not been used since`] : []),
        ...(key.canary ? ['the check at every start'] : []),
      ]
      return `  Key ${key.id} is still needed by ${uses.join(', ')}${key.configured ? '' : ', and is not configured'}.`
    })
