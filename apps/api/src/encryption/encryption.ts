import type { EncryptionView, Endpoints } from '@inlet/contract'
import { beginRotation, countApiKeys, countSealed, type Database, findRotation, findSetting, type Rotation } from '@inlet/db'
import type { Logger } from '@inlet/observability'
import type { Queues } from '@inlet/queue'
import { CANARY_SETTING, type Keyring } from '@inlet/security'
import type { Handler } from '../http/reply.js'
import { enqueueRotationAfterCommit } from '../source-access/after-commit.js'

interface EncryptionDeps {
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

interface EncryptionFacts {
  readonly keyring: Pick<Keyring, 'ids' | 'primaryId'>
  readonly sealed: readonly { readonly keyId: string; readonly table: string; readonly count: number }[]
  readonly apiKeys: readonly { readonly keyId: string; readonly count: number }[]
  readonly rotation: Rotation | null
  readonly canaryKeyId: string
}

/** Summarizes which keys are configured or needed, and the progress of a rotation. Pure. */
const toEncryptionView = (facts: EncryptionFacts): EncryptionView => {
  const { keyring, sealed, apiKeys, canaryKeyId } = facts
  const ids = [...new Set([...keyring.ids, canaryKeyId, ...sealed.map(({ keyId }) => keyId), ...apiKeys.map(({ keyId }) => keyId)])]
  const keys = ids.map((id) => {
    const texts = Object.fromEntries(sealed.filter(({ keyId }) => keyId === id).map(({ table, count }) => [table, count]))
    const hashes = apiKeys.find(({ keyId }) => keyId === id)?.count ?? 0
    const needed = id === keyring.primaryId || id === canaryKeyId || hashes > 0 || Object.keys(texts).length > 0
    return {
      id,
      configured: keyring.ids.includes(id),
      primary: id === keyring.primaryId,
      sealed: texts,
      apiKeys: hashes,
      canary: id === canaryKeyId,
      removable: !needed,
    }
  })
  return { primaryKey: keyring.primaryId, keys, rotation: facts.rotation === null ? null : toRotationView(facts.rotation, sealed) }
}

const toRotationView = (rotation: Rotation, sealed: EncryptionFacts['sealed']): EncryptionView['rotation'] => {
  const { to, unreadable, message } = rotation
  const left = sealed.filter(({ keyId }) => keyId !== to).reduce((sum, { count }) => sum + count, 0)
  // What was sealed with an old key during the rotation counts as well.
  const total = Math.max(rotation.total, left)
  const finishedAt = rotation.finishedAt === null ? null : new Date(rotation.finishedAt).toISOString()
  const state = finishedAt === null ? 'running' : unreadable > 0 ? 'incomplete' : 'done'
  return {
    state,
    to,
    total,
    done: finishedAt === null ? total - left : total - unreadable,
    unreadable,
    startedAt: new Date(rotation.startedAt).toISOString(),
    finishedAt,
    message,
  }
}
