import type { EncryptionView, Endpoints } from '@inlet/contract'
import { beginRotation, countApiKeys, countSealed, type Database, findRotation, findSetting } from '@inlet/db'
import type { Logger } from '@inlet/observability'
import type { Queues } from '@inlet/queue'
import { CANARY_SETTING, type Keyring } from '@inlet/security'
import type { Handler } from '../http/reply.js'
import { enqueueRotationAfterCommit } from '../sources/after-commit.js'
import { toEncryptionView } from './to-encryption-view.js'

export interface EncryptionDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly queues: Queues
  readonly log: Logger
}

const readEncryption = async ({ database, keyring }: EncryptionDeps): Promise<EncryptionView> => {
  const [sealed, apiKeys, rotation, canary] = await Promise.all([
    countSealed(database),
    countApiKeys(database),
    findRotation(database),
    findSetting(database, CANARY_SETTING),
  ])
  return toEncryptionView({ keyring, sealed, apiKeys, rotation, canaryKeyId: String(canary).split(':')[0] ?? '' })
}

const getEncryptionHandler =
  (deps: EncryptionDeps): Handler<Endpoints['getEncryption']> =>
  async () => ({ status: 200, body: await readEncryption(deps) })

const rotateKeysHandler =
  (deps: EncryptionDeps): Handler<Endpoints['rotateKeys']> =>
  async ({ actor }) => {
    const to = deps.keyring.primaryId
    const total = (await countSealed(deps.database)).filter(({ keyId }) => keyId !== to).reduce((sum, { count }) => sum + count, 0)
    await beginRotation(deps.database, { to, total }, actor)
    await enqueueRotationAfterCommit(deps)
    return { status: 202, body: await readEncryption(deps) }
  }

export const createEncryptionHandlers = (deps: EncryptionDeps) => ({
  getEncryption: getEncryptionHandler(deps),
  rotateKeys: rotateKeysHandler(deps),
})
