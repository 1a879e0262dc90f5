import { randomUUID } from 'node:crypto'
import type { Endpoints } from '@inlet/contract'
import { createSharedCredential, findSharedCredential } from '@inlet/db'
import { Failure, parseSecretTarget } from '@inlet/domain'
import { sealSecrets } from '@inlet/security'
import type { Handler } from '../http/reply.js'
import { getConnector, parseSecrets } from '../sources/parse-settings.js'
import type { CredentialDeps } from './credential-deps.js'
import { toCredentialDetail } from './to-credential-view.js'

export const REDACT_MS = 300_000

/** Stores secrets that sources can name. Whether they work is seen when a source uses them. */
export const createCredentialHandler =
  (deps: CredentialDeps): Handler<Endpoints['createCredential']> =>
  async ({ body, actor }) => {
    deps.secrets.add(body.secrets, REDACT_MS)
    const connector = getConnector(deps, body.connector)
    needSecrets(body.secrets)
    parseSecrets(connector, body.secrets)
    const targets = parseTargets(body.targets)
    const id = randomUUID()
    const sealed = sealSecrets(deps.keyring, { ownerId: id, version: 1 }, body.secrets)
    await createSharedCredential(deps.database, { id, name: body.name, connector: connector.type, sealed, targets }, actor)
    const saved = await findSharedCredential(deps.database, id)
    if (saved === null) throw credentialNotFound()
    return { status: 201, headers: { location: `/v1/credentials/${id}` }, body: toCredentialDetail(saved, [], targets) }
  }

/** Targets in their one comparable form. Throws VALIDATION_FAILED for what is none. */
export const parseTargets = (texts: readonly string[]): readonly string[] => {
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
export const needSecrets = (secrets: Readonly<Record<string, unknown>>): void => {
  if (Object.keys(secrets).length === 0)
    throw new Failure('VALIDATION_FAILED', 'a credential needs at least one secret', {
      field: 'secrets',
      next: 'See GET /v1/connectors/{type} for their names.',
    })
}

export const credentialNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such credential')
