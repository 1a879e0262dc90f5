import {
  countSealed,
  type Database,
  findRotation,
  findSetting,
  listSealedByOthers,
  recordRotation,
  replaceSealed,
  replaceSetting,
  SEALED_PLACES,
  type SealedPlace,
  type SealedText,
} from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Logger } from '@inlet/observability'
import { monotonicNow } from '@inlet/runtime'
import { CANARY_SETTING, checkCanary, type Keyring, rewrapSecrets, sealCanary } from '@inlet/security'

export interface RotateDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly log: Logger
}

const CHUNK = 100
/** Other maintenance waits meanwhile, so rotation works in turns. */
const TURN_MS = 3_000
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/**
 * Does one turn of the requested rotation, if any: reseals with the primary key what other keys sealed, in chunks and by compare-and-swap, so that
 * any number of workers may do it, whatever else changes meanwhile and wherever one is killed. The canary comes last: until then nothing starts
 * without the old key. Returns true when another turn is needed.
 */
export const rotateKeys = async (deps: RotateDeps, turnMs = TURN_MS): Promise<boolean> => {
  const { database, keyring } = deps
  const rotation = await findRotation(database)
  if (rotation === null || rotation.finishedAt !== null) return false
  const { to } = rotation
  if (keyring.primaryId !== to) {
    const message = `a worker has the primary key ${keyring.primaryId} instead of ${to}: give all processes the same keys`
    await recordRotation(database, { to, finished: false, unreadable: 0, message })
    return false
  }
  const deadline = monotonicNow() + turnMs
  let unreadable = 0
  for (const place of SEALED_PLACES) {
    const pass = await rewrapTable(deps, place, deadline)
    if (!pass.finished) return true
    unreadable += pass.unreadable
  }
  const message = unreadable === 0 ? null : `${unreadable} texts cannot be opened with the configured keys and were left as they are`
  if (!(await rewrapCanary(database, keyring))) return true
  await recordRotation(database, { to, finished: true, unreadable, message })
  deps.log.info({ to, unreadable }, 'keys rotated')
  return false
}

const rewrapTable = async (deps: RotateDeps, place: SealedPlace, deadline: number): Promise<{ finished: boolean; unreadable: number }> => {
  const { database, keyring } = deps
  let unreadable = 0
  for (let afterId = FIRST_ID; ; ) {
    const texts = await listSealedByOthers(database, { in: place, keyId: keyring.primaryId, afterId, limit: CHUNK })
    const changes = texts.flatMap((text) => rewrap(keyring, text))
    unreadable += texts.length - changes.length
    if (changes.length > 0) await replaceSealed(database, place, changes)
    const last = texts.at(-1)
    if (last === undefined || texts.length < CHUNK) return { finished: true, unreadable }
    if (monotonicNow() > deadline && changes.length > 0) return { finished: false, unreadable }
    afterId = last.id
  }
}

/** Returns nothing for a text that cannot be decrypted. */
const rewrap = (keyring: Keyring, { id, sealed, place }: SealedText): readonly { id: string; before: unknown; after: unknown }[] => {
  try {
    return [{ id, before: sealed, after: rewrapSecrets(keyring, place, sealed) }]
  } catch (error) {
    if (error instanceof Failure && error.reason === 'SECRET_UNREADABLE') return []
    throw error
  }
}

/** Returns false when it was changed meanwhile. */
const rewrapCanary = async (database: Database, keyring: Keyring): Promise<boolean> => {
  const before = await findSetting(database, CANARY_SETTING)
  // A process that starts without a key that is still needed must fail the check.
  const stillNeeded = (await countSealed(database)).some(({ keyId }) => String(before).startsWith(`${keyId}:`))
  if (stillNeeded || checkCanary(keyring, String(before)) === 'current') return true
  return replaceSetting(database, { key: CANARY_SETTING, before, after: sealCanary(keyring) })
}
