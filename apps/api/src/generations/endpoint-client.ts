import { type HttpClient, readHttpFailure } from '@inlet/connector-sdk'
import type { Generation } from '@inlet/db'
import type { SecretRegistry } from '@inlet/observability'
import { type Embedded, type EmbeddingRequest, type EmbeddingTransport, embedTexts, type RerankRequest, rerankTexts } from '@inlet/search'
import { type Keyring, openSecrets, sealSecrets } from '@inlet/security'

export interface EndpointDeps {
  readonly keyring: Keyring
  readonly secrets: SecretRegistry
  /** Reaches only what the egress guard permits. */
  readonly http: HttpClient
}

const REDACT_MS = 300_000

const transport = (http: HttpClient): EmbeddingTransport => ({ request: (hop) => http.request(hop), toFailure: readHttpFailure })

/** Calls the endpoint of a model, see embedTexts. */
export const askEndpoint = ({ http }: Pick<EndpointDeps, 'http'>, request: EmbeddingRequest): Promise<Embedded> =>
  embedTexts(transport(http), request)

/** Has an endpoint score how well texts answer a question, see rerankTexts. */
export const askReranker = ({ http }: Pick<EndpointDeps, 'http'>, request: RerankRequest): Promise<readonly number[]> =>
  rerankTexts(transport(http), request)

/** Decrypts the keys of a generation's endpoints; null for one that needs none. */
export const openApiKeys = (
  { keyring, secrets }: Pick<EndpointDeps, 'keyring' | 'secrets'>,
  { id, version, sealed }: Pick<Generation, 'id' | 'version' | 'sealed'>,
): GenerationKeys => {
  if (sealed === null) return { apiKey: null, rerankKey: null }
  const { apiKey, rerankKey } = openSecrets(keyring, { ownerId: id, version }, sealed)
  secrets.add([apiKey, rerankKey], REDACT_MS)
  return { apiKey: typeof apiKey === 'string' ? apiKey : null, rerankKey: typeof rerankKey === 'string' ? rerankKey : null }
}

/** The keys of the embeddings endpoint and of the reranking endpoint. */
export interface GenerationKeys {
  readonly apiKey: string | null
  readonly rerankKey: string | null
}

/** Seals keys for a version of a generation; null without any. */
export const sealApiKeys = (
  { keyring }: Pick<EndpointDeps, 'keyring'>,
  { id, version }: Pick<Generation, 'id' | 'version'>,
  { apiKey, rerankKey }: GenerationKeys,
): unknown =>
  apiKey === null && rerankKey === null
    ? null
    : sealSecrets(keyring, { ownerId: id, version }, { ...(apiKey === null ? {} : { apiKey }), ...(rerankKey === null ? {} : { rerankKey }) })
