import { type HttpClient, toHttpFailure } from '@inlet/connector-sdk'
import type { Generation } from '@inlet/db'
import type { SecretRegistry } from '@inlet/observability'
import { type Embedded, type EmbeddingRequest, embedTexts } from '@inlet/search'
import { type Keyring, openSecrets } from '@inlet/security'

export interface EndpointDeps {
  readonly keyring: Keyring
  readonly secrets: SecretRegistry
  /** Reaches only what the egress guard permits. */
  readonly http: HttpClient
}

const REDACT_MS = 300_000

/** Asks the endpoint of a model, see embedTexts. */
export const askEndpoint = ({ http }: Pick<EndpointDeps, 'http'>, request: EmbeddingRequest): Promise<Embedded> =>
  embedTexts({ request: (hop) => http.request(hop), toFailure: toHttpFailure }, request)

/** The key of a generation's endpoint; null where it needs none. */
export const openApiKey = ({ keyring, secrets }: Pick<EndpointDeps, 'keyring' | 'secrets'>, { id, version, sealed }: Generation): string | null => {
  if (sealed === null) return null
  const { apiKey } = openSecrets(keyring, { ownerId: id, version }, sealed)
  secrets.add(apiKey, REDACT_MS)
  return typeof apiKey === 'string' ? apiKey : null
}
