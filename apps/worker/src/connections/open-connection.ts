import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import {
  type Connector,
  type ConnectorContext,
  type ConnectorLog,
  createFileAccess,
  createPacedHttp,
  type EgressGuard,
  type HttpClient,
  type PageRenderer,
  toWorkFolderFailure,
} from '@inlet/connector-sdk'
import {
  createStoredInbox,
  createStoredRecords,
  type Database,
  listLiveConfigs,
  NO_STORED_RECORDS,
  openUpload,
  type StoredCredential,
} from '@inlet/db'
import { Failure, findForeignTarget, requireSecretTargets, secretTargetsOf } from '@inlet/domain'
import type { Logger, SecretRegistry } from '@inlet/observability'
import { fingerprintSecrets, type Keyring, openSecrets, type SecretPlace, type Secrets } from '@inlet/security'
import type { RunLogs } from '../writing/run-log.js'
import type { PooledConnection } from './connection-pool.js'
import type { SharedPaces } from './shared-pace.js'
import type { TokenStore } from './token-store.js'

export interface ConnectionDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly tokens: Pick<TokenStore, 'of'>
  readonly egress: EgressGuard
  /** HTTP clients by the transport a connector asks for. */
  readonly http: Readonly<Record<NonNullable<Connector['transport']>, HttpClient>>
  /** The browser of this worker. */
  readonly renderer?: PageRenderer | undefined
  readonly paces: SharedPaces
  readonly log: Logger
  readonly secrets: SecretRegistry
  readonly findConnector: (type: string) => Connector | undefined
  readonly fileRoots: readonly string[]
  /** Programs that sources may run, by name. */
  readonly programs?: ReadonlyMap<string, readonly string[]>
  readonly workRoot: string
  /** Where a run's connector log is kept for users. */
  readonly runLogs?: Pick<RunLogs, 'sinkOf'>
}

export interface ConnectionRequest {
  readonly sourceId: string
  readonly connector: string
  readonly config: unknown
  /** How long a request may wait for its slot; default `run`. */
  readonly waitsAs?: 'run' | 'call'
  /** False: to the connector nothing is stored, so it reads everything again. Default true. */
  readonly knowsRecords?: boolean
  /** A stored credential, whose tokens are shared, or secrets that a call brings for these settings. Null without any. */
  readonly credential: StoredCredential | BroughtSecrets | null
  /** Receives what the connector logs as well. */
  readonly alsoLog?: ConnectorLog | undefined
  /** Where a stored credential may be sent in addition to its own targets. */
  readonly allowTargets?: readonly string[] | undefined
}

/** Sealed secrets that came with the settings they are for. */
export interface BroughtSecrets {
  readonly id?: undefined
  readonly sealed: unknown
  readonly place: SecretPlace
}

/** How long secrets stay registered for redaction after their last use. */
const SECRET_TTL_MS = 3_600_000

/**
 * Parses settings, decrypts secrets and connects; any problem with the settings is thrown as a Failure that names the field. The caller disposes the
 * connection.
 */
export const openConnection = async (deps: ConnectionDeps, request: ConnectionRequest, signal: AbortSignal): Promise<PooledConnection> => {
  const connector = deps.findConnector(request.connector)
  if (connector === undefined) throw new Failure('UNKNOWN_CONNECTOR', `this worker has no connector "${request.connector}"`)
  await requireBound(deps, connector, request)
  const secrets = parseWith(connector.secretSchema, unseal(deps, request), 'secrets')
  deps.secrets.add(secrets, SECRET_TTL_MS)
  const config = parseWith(connector.configSchema, request.config, 'config')
  await connector.validate?.(config, secrets)
  const workDir = path.join(deps.workRoot, request.sourceId)
  await mkdir(workDir, { recursive: true, mode: 0o700 }).catch((thrown: unknown) => {
    throw toWorkFolderFailure(thrown, deps.workRoot)
  })
  const context: ConnectorContext = {
    sourceId: request.sourceId,
    config,
    secrets,
    ...(request.credential?.id === undefined
      ? {}
      : {
          tokens: deps.tokens.of(request.credential.id, { isFor: (stored) => isBound(deps, connector, { ...request, credential: stored }), signal }),
        }),
    http: createPacedHttp(
      deps.http[connector.transport ?? 'axios'],
      deps.paces.of(fingerprint(deps.keyring, secrets), request.waitsAs ?? 'run'),
      () => new Date(),
    ),
    egress: deps.egress,
    renderer: deps.renderer,
    log: logTo(deps.log.child({ sourceId: request.sourceId, connector: connector.type }), request.alsoLog),
    signal,
    now: () => new Date(),
    known: request.knowsRecords === false ? NO_STORED_RECORDS : createStoredRecords(deps.database, request.sourceId),
    files: createFileAccess({ roots: deps.fileRoots, openUpload: (id) => openUpload(deps.database, id) }),
    inbox: createStoredInbox(deps.database, request.sourceId),
    programs: deps.programs,
    workDir,
  }
  return { connector, context, connection: await connector.connect(context) }
}

const logTo = (log: ConnectorLog, also: ConnectorLog | undefined): ConnectorLog => {
  if (also === undefined) return log
  const both =
    (level: keyof ConnectorLog) =>
    (fields: object, message: string): void => {
      log[level](fields, message)
      also[level](fields, message)
    }
  return { debug: both('debug'), info: both('info'), warn: both('warn'), error: both('error') }
}

/** Repeats the check made at save, whatever led here: secrets are decrypted only for targets they are bound to. */
const requireBound = async (deps: ConnectionDeps, connector: Connector, request: ConnectionRequest): Promise<void> => {
  const { credential, config } = request
  if (credential?.id === undefined) return
  requireSecretTargets(secretTargetsOf(connector, config), await boundTargets(deps, connector, { ...request, credential }))
}

const isBound = async (deps: ConnectionDeps, connector: Connector, request: StoredRequest): Promise<boolean> =>
  findForeignTarget(secretTargetsOf(connector, request.config), await boundTargets(deps, connector, request)) === undefined

type StoredRequest = ConnectionRequest & { readonly credential: StoredCredential }

const boundTargets = async (
  { database }: ConnectionDeps,
  connector: Connector,
  { credential, allowTargets = [] }: StoredRequest,
): Promise<readonly string[]> => {
  if (credential.targets !== null) return [...credential.targets, ...allowTargets]
  const live = await listLiveConfigs(database, credential.id)
  return [...live.flatMap((config) => secretTargetsOf(connector, config)).map(({ target }) => target), ...allowTargets]
}

const unseal = (deps: ConnectionDeps, request: ConnectionRequest): unknown =>
  request.credential === null ? {} : openSecrets(deps.keyring, request.credential.place, request.credential.sealed)

const fingerprint = (keyring: Keyring, secrets: unknown): string | null => fingerprintSecrets(keyring, 'request limits', secrets as Secrets)

interface Schema {
  safeParse(
    value: unknown,
  ): { success: true; data: unknown } | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } }
}

const parseWith = (schema: Schema, value: unknown, what: 'config' | 'secrets'): unknown => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = [what, ...(issue?.path.map(String) ?? [])].join('.')
  // The message of a validation rule for a secret may quote the secret.
  throw new Failure('VALIDATION_FAILED', what === 'secrets' ? `${field} is missing or not valid` : `${field}: ${issue?.message ?? 'invalid'}`, {
    field,
  })
}
