import { type Database, findRotation, listUnreadableSources, repairReadable, type UnreadableSource } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Logger } from '@inlet/observability'
import type { Queues } from '@inlet/queue'
import { type Keyring, openSecrets } from '@inlet/security'

export interface RepairSecretsDeps {
  readonly database: Database
  readonly queues: Pick<Queues, 'enqueueRotation'>
  readonly keyring: Keyring
  readonly log: Logger
}

const AT_ONCE = 200
/** However many processes find an unfinished rotation, one of them enqueues it in this time. */
const ROTATION_SLOT_MS = 15_000

/** Repairs secrets: continues a rotation whose job was lost, and restarts sources whose key is available again. */
export const repairSecrets = async (deps: RepairSecretsDeps): Promise<{ readonly repaired: number }> => {
  const rotation = await findRotation(deps.database)
  if (rotation !== null && rotation.finishedAt === null) await deps.queues.enqueueRotation(Math.floor(Date.now() / ROTATION_SLOT_MS))
  const stopped = await listUnreadableSources(deps.database, AT_ONCE)
  const readable = stopped.filter((source) => canOpen(deps.keyring, source)).map(({ sourceId }) => sourceId)
  if (readable.length === 0) return { repaired: 0 }
  const repaired = (await repairReadable(deps.database, readable)).length
  deps.log.info({ repaired }, 'sources restarted: their secrets can be read again')
  return { repaired }
}

const canOpen = (keyring: Keyring, { sealed, place }: UnreadableSource): boolean => {
  try {
    openSecrets(keyring, place, sealed)
    return true
  } catch (error) {
    if (error instanceof Failure && error.reason === 'SECRET_UNREADABLE') return false
    throw error
  }
}
