import { randomUUID } from 'node:crypto'
import type { Connector } from '@inlet/connector-sdk'
import type { CredentialDetailView, CredentialView, Endpoints } from '@inlet/contract'
import {
  type CredentialUser,
  createDueRestarts,
  createSharedCredential,
  deleteSharedCredential,
  findSharedCredential,
  listCredentialUsers,
  listSharedCredentials,
  type SharedCredential,
  updateSharedCredential,
} from '@inlet/db'
import { Failure, parseSecretTarget, requireSecretTargets, secretTargetsOf } from '@inlet/domain'
import { sealSecrets } from '@inlet/security'
import { z } from 'zod'
import { listName, toPage } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { requireRoom, roomFor } from '../keys/key-limits.js'
import { enqueueAfterCommit } from '../source-access/after-commit.js'
import { getConnector } from '../source-access/lookup.js'
import { parseSecrets } from '../source-access/settings-form.js'
import { toSecretStates } from '../source-access/source-views.js'
import { type CredentialDeps, mayRetarget, shownTargets } from './credential-access.js'

export const REDACT_MS = 300_000

/** Stores secrets that sources can refer to. Whether they work is found out when a source uses them. */
const createCredentialHandler =
  (deps: CredentialDeps): Handler<Endpoints['createCredential']> =>
  async ({ body, actor }) => {
    deps.secrets.add(body.secrets, REDACT_MS)
    await requireRoom(deps, 'credentials', actor)
    const connector = getConnector(deps, body.connector)
    needSecrets(body.secrets)
    parseSecrets(connector, body.secrets)
    const targets = parseTargets(body.targets)
    const id = randomUUID()
    const sealed = sealSecrets(deps.keyring, { ownerId: id, version: 1 }, body.secrets)
    await createSharedCredential(
      deps.database,
      { id, name: body.name, connector: connector.type, sealed, targets, room: roomFor(deps.limits, 'credentials', actor) },
      actor,
    )
    const saved = await findSharedCredential(deps.database, id)
    if (saved === null) throw credentialNotFound()
    return { status: 201, headers: { location: `/v1/credentials/${id}` }, body: toCredentialDetail(saved, [], targets) }
  }

/** Parses targets into their comparable form. Throws VALIDATION_FAILED for invalid ones. */
const parseTargets = (texts: readonly string[]): readonly string[] => {
  const parsed = texts.map((text, index) => {
    const target = parseSecretTarget(text)
    if (target !== null) return target
    throw new Failure('VALIDATION_FAILED', 'a target is an origin, the URL of a token endpoint, or host:port', {
      field: `targets.${index}`,
      next: 'Write e.g. https://api.example.com or db.example.com:5432.',
    })
  })
  return [...new Set(parsed)].sort()
}

/** Throws VALIDATION_FAILED for a credential without a secret. */
const needSecrets = (secrets: Readonly<Record<string, unknown>>): void => {
  if (Object.keys(secrets).length === 0)
    throw new Failure('VALIDATION_FAILED', 'a credential needs at least one secret', {
      field: 'secrets',
      next: '`inlet connectors <type>` (GET /v1/connectors/{type}) lists their names.',
    })
}

const credentialNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such credential')

const RESTARTS_AT_ONCE = 500

/** Changes a credential. New secrets must fit every source that uses it; then they apply to all of them. */
const updateCredentialHandler =
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

/**
 * Checks further targets: only a caller who knows the secrets, or an admin, may add them, and every source that uses the credential must still be
 * able to.
 */
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
  // A source whose settings are broken anyway reports that itself.
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

const position = z.tuple([z.string()])

const listCredentialsHandler =
  (deps: CredentialDeps): Handler<Endpoints['listCredentials']> =>
  async ({ query }) => {
    const list = listName('listCredentials', query)
    const after = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)[0]
    const rows = await listSharedCredentials(deps.database, { connector: query.connector, after, limit: query.limit + 1 })
    const page = toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.name]))
    return {
      status: 200,
      body: { ...page, items: await Promise.all(page.items.map(async (item) => toCredentialView(item, await shownTargets(deps, item)))) },
    }
  }

const getCredentialHandler =
  (deps: CredentialDeps): Handler<Endpoints['getCredential']> =>
  async ({ params }) => {
    const credential = await findSharedCredential(deps.database, params.id)
    if (credential === null) throw credentialNotFound()
    const [users, targets] = await Promise.all([listCredentialUsers(deps.database, credential.id), shownTargets(deps, credential)])
    return { status: 200, body: toCredentialDetail(credential, users, targets) }
  }

const deleteCredentialHandler =
  (deps: CredentialDeps): Handler<Endpoints['deleteCredential']> =>
  async ({ params, actor }) => {
    const credential = await findSharedCredential(deps.database, params.id)
    if (credential === null || !(await deleteSharedCredential(deps.database, credential.id, actor))) throw credentialNotFound()
    return { status: 204 }
  }

export const createCredentialHandlers = (deps: CredentialDeps) => ({
  createCredential: createCredentialHandler(deps),
  listCredentials: listCredentialsHandler(deps),
  getCredential: getCredentialHandler(deps),
  updateCredential: updateCredentialHandler(deps),
  deleteCredential: deleteCredentialHandler(deps),
})

/** Returns a shared credential as lists show it, without its secrets. */
const toCredentialView = (credential: SharedCredential, targets: readonly string[]): CredentialView => ({
  id: credential.id,
  name: credential.name,
  connector: credential.connector,
  secrets: toSecretStates(credential.fields),
  targets: [...targets],
  usedBy: credential.usedBy,
  createdAt: credential.createdAt.toISOString(),
  updatedAt: credential.updatedAt.toISOString(),
})

const toCredentialDetail = (credential: SharedCredential, users: readonly CredentialUser[], targets: readonly string[]): CredentialDetailView => ({
  ...toCredentialView(credential, targets),
  usedBy: users.length,
  sources: users.map(({ id, slug, name, status }) => ({ id, slug, name, status })),
})
