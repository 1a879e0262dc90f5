import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type Connector, type ConnectorContext, createFileAccess, type EgressGuard, type HttpClient } from '@inlet/connector-sdk'
import { createStoredRecords, type Database, openUpload, replaceCredential } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Logger, SecretRegistry } from '@inlet/observability'
import { type Keyring, openSecrets, sealSecrets } from '@inlet/security'
import type { PooledConnection } from './connection-pool.js'

export interface ConnectionDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly egress: EgressGuard
  /** By the transport a connector asks for. */
  readonly http: Readonly<Record<NonNullable<Connector['transport']>, HttpClient>>
  readonly log: Logger
  readonly secrets: SecretRegistry
  readonly findConnector: (type: string) => Connector | undefined
  readonly fileRoots: readonly string[]
  readonly workRoot: string
}

export interface ConnectionRequest {
  readonly sourceId: string
  readonly connector: string
  readonly config: unknown
  /** The stored credential of a source, when the connector may replace secrets that the other side rotates. */
  readonly credential?: { readonly sourceId: string; readonly version: number } | undefined
  readonly sealed: { readonly secrets: unknown; readonly place: { readonly sourceId: string; readonly version: number } } | null
}

/** Secrets stay registered for redaction a while after their last use. */
const SECRET_TTL_MS = 3_600_000

/** Parses, decrypts and connects: whatever is wrong with the settings comes out as a Failure that names the field. */
export const openConnection = async (deps: ConnectionDeps, request: ConnectionRequest, signal: AbortSignal): Promise<PooledConnection> => {
  const connector = deps.findConnector(request.connector)
  if (connector === undefined) throw new Failure('UNKNOWN_CONNECTOR', `this worker has no connector "${request.connector}"`)
  const secrets = parseWith(connector.secretSchema, unseal(deps, request), 'secrets')
  deps.secrets.add(secrets, SECRET_TTL_MS)
  const config = parseWith(connector.configSchema, request.config, 'config')
  await connector.validate?.(config, secrets)
  const workDir = path.join(deps.workRoot, request.sourceId)
  await mkdir(workDir, { recursive: true, mode: 0o700 })
  const context: ConnectorContext = {
    sourceId: request.sourceId,
    config,
    secrets,
    ...(request.credential === undefined ? {} : { storeSecrets: createSecretStore(deps, request.credential, secrets) }),
    http: deps.http[connector.transport ?? 'axios'],
    egress: deps.egress,
    log: deps.log.child({ sourceId: request.sourceId, connector: connector.type }),
    signal,
    now: () => new Date(),
    known: createStoredRecords(deps.database, request.sourceId),
    files: createFileAccess({ roots: deps.fileRoots, openUpload: (id) => openUpload(deps.database, id) }),
    workDir,
  }
  return { connector, context, connection: await connector.connect(context) }
}

/** Stores rotated secrets before they are used; each change builds on the one before. */
const createSecretStore = (deps: ConnectionDeps, credential: { readonly sourceId: string; readonly version: number }, secrets: unknown) => {
  let { version } = credential
  let current = { ...(secrets as Record<string, unknown>) }
  return async (changed: object): Promise<void> => {
    deps.secrets.add(changed, SECRET_TTL_MS)
    const next = { ...current, ...changed }
    const sealed = sealSecrets(deps.keyring, { sourceId: credential.sourceId, version: version + 1 }, next)
    if (!(await replaceCredential(deps.database, { sourceId: credential.sourceId, expectedVersion: version, sealed })))
      throw new Failure('CREDENTIAL_CHANGED', 'the credentials of the source were changed meanwhile')
    version += 1
    current = next
  }
}

const unseal = (deps: ConnectionDeps, request: ConnectionRequest): unknown =>
  request.sealed === null ? {} : openSecrets(deps.keyring, request.sealed.place, request.sealed.secrets)

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
  // The message of a secret's rule may quote the secret.
  throw new Failure('VALIDATION_FAILED', what === 'secrets' ? `${field} is missing or not valid` : `${field}: ${issue?.message ?? 'invalid'}`, {
    field,
  })
}
