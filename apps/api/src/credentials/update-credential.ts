import type { Connector } from '@inlet/connector-sdk'
import type { Endpoints } from '@inlet/contract'
import {
  type CredentialUser,
  createDueRestarts,
  findSharedCredential,
  listCredentialUsers,
  type SharedCredential,
  updateSharedCredential,
} from '@inlet/db'
import { Failure, requireSecretTargets, secretTargetsOf } from '@inlet/domain'
import { sealSecrets } from '@inlet/security'
import type { Handler } from '../http/reply.js'
import { enqueueAfterCommit } from '../sources/after-commit.js'
import { getConnector, parseSecrets } from '../sources/parse-settings.js'
import { credentialNotFound, needSecrets, parseTargets, REDACT_MS } from './create-credential.js'
import type { CredentialDeps } from './credential-deps.js'
import { mayRetarget, shownTargets } from './guard-targets.js'
import { toCredentialDetail } from './to-credential-view.js'

const RESTARTS_AT_ONCE = 500

/** New secrets must fit every source that uses them; then they hold for all of them. */
export const updateCredentialHandler =
  (deps: CredentialDeps): Handler<Endpoints['updateCredential']> =>
  async ({ params, body, actor, principal }) => {
    const { name, secrets } = body
    deps.secrets.add(secrets, REDACT_MS)
    const before = await findSharedCredential(deps.database, params.id)
    if (before === null) throw credentialNotFound()
    if (secrets !== undefined) {
      needSecrets(secrets)
      const connector = getConnector(deps, before.connector)
      const parsed = parseSecrets(connector, secrets)
      for (const user of await listCredentialUsers(deps.database, before.id)) await checkFit(connector, user, parsed)
    }
    const targets = body.targets === undefined ? undefined : parseTargets(body.targets)
    if (targets !== undefined) await checkTargets(deps, { before, targets, knowsSecrets: secrets !== undefined || mayRetarget({ actor, principal }) })
    const seal = secrets && ((version: number) => sealSecrets(deps.keyring, { ownerId: before.id, version }, secrets))
    const repaired = await updateSharedCredential(deps.database, { id: before.id, name, seal, targets, actor })
    if (repaired === null) throw credentialNotFound()
    if (repaired.length > 0) await enqueueAfterCommit(deps, await createDueRestarts(deps.database, RESTARTS_AT_ONCE))
    const [saved, users] = await Promise.all([findSharedCredential(deps.database, before.id), listCredentialUsers(deps.database, before.id)])
    if (saved === null) throw credentialNotFound()
    return { status: 200, body: { ...toCredentialDetail(saved, users, await shownTargets(deps, saved)), repaired } }
  }

/** Further targets are for who knows the secrets, or an admin; and every source that uses them must still be able to. */
const checkTargets = async (
  deps: CredentialDeps,
  { before, targets, knowsSecrets }: { before: SharedCredential; targets: readonly string[]; knowsSecrets: boolean },
): Promise<void> => {
  const present = await shownTargets(deps, before)
  const added = targets.find((target) => !present.includes(target))
  if (added !== undefined && !knowsSecrets)
    throw new Failure('SECRET_TARGET_REFUSED', `the stored secrets are not for ${added}`, { field: `targets.${targets.indexOf(added)}` })
  const connector = getConnector(deps, before.connector)
  for (const user of await listCredentialUsers(deps.database, before.id)) {
    try {
      requireSecretTargets(secretTargetsOf(connector, user.config), targets)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      throw new Failure(error.reason, `the source "${user.name}" uses this credential: ${error.message}`, {
        field: 'targets',
        next: 'List its target, too, or change the source first.',
        cause: error,
      })
    }
  }
}

const checkFit = async (connector: Connector, user: CredentialUser, secrets: unknown): Promise<void> => {
  const config = connector.configSchema.safeParse(user.config)
  // A source whose settings are broken anyway says so itself.
  if (!config.success) return
  try {
    await connector.validate?.(config.data, secrets)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(error.reason, `the source "${user.name}" uses this credential: ${error.message}`, {
      next: error.next,
      cause: error,
      ...(error.field === undefined ? {} : { field: error.field }),
    })
  }
}
