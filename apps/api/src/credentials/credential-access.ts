import type { Connector } from '@inlet/connector-sdk'
import {
  allowTargets,
  type Database,
  findCredential,
  findCredentialById,
  findSharedCredential,
  listLiveConfigs,
  type SharedCredential,
  type StoredCredential,
} from '@inlet/db'
import { Failure, findForeignTarget, hasScope, requireSecretTargets, secretTargetsOf } from '@inlet/domain'
import type { ApiCall } from '../http/reply.js'
import type { SourceDeps } from '../source-access/source-deps.js'

/** The dependencies of the shared credential endpoints. */
export type CredentialDeps = Pick<SourceDeps, 'database' | 'queues' | 'keyring' | 'tokens' | 'findConnector' | 'secrets' | 'log' | 'limits'>

/**
 * Returns the shared credential that a source of this connector names. Throws VALIDATION_FAILED when it is unknown or belongs to another connector.
 */
const getSharedCredential = async (database: Database, ref: string, connector: Pick<Connector, 'type'>): Promise<SharedCredential> => {
  const found = await findSharedCredential(database, ref)
  if (found === null)
    throw new Failure('VALIDATION_FAILED', `there is no credential "${ref}"`, {
      field: 'credential',
      next: '`inlet credentials` (GET /v1/credentials) lists them; or create it first.',
    })
  if (found.connector !== connector.type)
    throw new Failure('VALIDATION_FAILED', `the credential "${found.name}" is for the connector ${found.connector}, not ${connector.type}`, {
      field: 'credential',
      next: `Use a credential of the connector ${connector.type}.`,
    })
  return found
}

interface GivenSecrets {
  readonly secrets?: Readonly<Record<string, unknown>> | undefined
  /** Id or name of a shared credential; null: stop using one. */
  readonly credential?: string | null | undefined
}

/**
 * Returns the shared credential a request names; null when it names none. Throws VALIDATION_FAILED when it is unknown, belongs to another connector,
 * or is given together with secrets.
 */
export const chooseCredential = async (
  deps: Pick<CredentialDeps, 'database'>,
  connector: Pick<Connector, 'type'>,
  { secrets, credential }: GivenSecrets,
): Promise<SharedCredential | null> => {
  if (typeof credential !== 'string') return null
  if (secrets !== undefined) {
    const next = 'Leave out one of the two.'
    throw new Failure('VALIDATION_FAILED', 'a source has either secrets of its own or a shared credential', { field: 'credential', next })
  }
  return getSharedCredential(deps.database, credential, connector)
}

/** The caller. Without a principal it is this process itself, acting on files provided by the operator. */
export type Asker = Pick<ApiCall, 'actor' | 'principal'>

interface SecretUse {
  readonly connector: Connector
  /** The settings that the stored secrets would be used with. */
  readonly config: unknown
  /** Whose stored secrets: those of a shared credential, or those that a source uses. */
  readonly of: { readonly credentialId: string } | { readonly sourceId: string }
}

/** Targets that stored secrets are not bound to yet, and that the caller may add. */
interface NewTargets {
  readonly targets: readonly string[]
  /** Adds them permanently. To be called once nothing else prevents what they are needed for. */
  allow(): Promise<void>
}

const NONE: NewTargets = { targets: [], allow: () => Promise.resolve() }

/**
 * Checks whether stored secrets may be used with these settings: either the settings lead where the secrets were given for, or the caller has the
 * scope admin. Throws SECRET_TARGET_REFUSED. The worker repeats the check when it decrypts the secrets.
 */
export const guardTargets = async (deps: { readonly database: Database }, use: SecretUse, asker: Asker): Promise<NewTargets> => {
  const { database } = deps
  const { connector, config, of } = use
  const credential = 'credentialId' in of ? await findCredentialById(database, of.credentialId) : await findCredential(database, of.sourceId)
  if (credential === null) return NONE
  const wanted = secretTargetsOf(connector, config)
  const bound = await boundTargets(database, connector, credential)
  if (findForeignTarget(wanted, bound) === undefined) return NONE
  if (!mayRetarget(asker)) requireSecretTargets(wanted, bound)
  const targets = wanted.map(({ target }) => target).filter((target) => !bound.includes(target))
  return { targets, allow: () => allowTargets(database, { credentialId: credential.id, targets, present: bound }, asker.actor) }
}

/** Whether the caller may send stored secrets elsewhere without knowing them. */
export const mayRetarget = ({ principal }: Asker): boolean => principal === null || hasScope(principal.scopes, 'admin')

/** Returns where the secrets of a credential may be sent. */
export const boundTargets = async (
  database: Database,
  connector: Connector,
  credential: Pick<StoredCredential, 'id' | 'targets'>,
): Promise<readonly string[]> => credential.targets ?? targetsOfAll(connector, await listLiveConfigs(database, credential.id))

/** Returns the same for display: empty when the connector is not installed here. */
export const shownTargets = async (
  deps: { readonly database: Database; readonly findConnector: (type: string) => Connector | undefined },
  credential: Pick<StoredCredential, 'id' | 'targets'> & { readonly connector: string },
): Promise<readonly string[]> => {
  const connector = deps.findConnector(credential.connector)
  return connector === undefined ? (credential.targets ?? []) : boundTargets(deps.database, connector, credential)
}

const targetsOfAll = (connector: Connector, configs: readonly unknown[]): readonly string[] => [
  ...new Set(configs.flatMap((config) => targetsOf(connector, config))),
]

/** Returns where a connector sends secrets with these settings, for secrets that are given together with them. */
export const targetsOf = (connector: Connector, config: unknown): readonly string[] => [
  ...new Set(secretTargetsOf(connector, config).map(({ target }) => target)),
]
