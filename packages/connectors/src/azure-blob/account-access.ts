import { Failure, parseHttpUrl } from '@inlet/connector-sdk'
import type { AzureConfig, AzureSecrets } from './config.js'
import { parseConnectionString } from './connection-string.js'

export type Credential =
  | { readonly kind: 'key'; readonly account: string; readonly key: Buffer }
  | { readonly kind: 'sas'; readonly query: Readonly<Record<string, string>> }
  | { readonly kind: 'anonymous' }

/** Where the blob service is, and how requests authenticate. */
export interface AccountAccess {
  readonly origin: string
  /** Path of the endpoint, without a trailing slash; with emulators it contains the account. */
  readonly path: string
  readonly credential: Credential
}

const FIELDS = ['connectionString', 'accountKey', 'sasToken'] as const

const invalid = (field: string, message: string): Failure => new Failure('VALIDATION_FAILED', message, { field })

/** Combines settings and secrets. Throws VALIDATION_FAILED and INVALID_URL with the field; never repeats a secret. */
export const accountAccess = (config: Pick<AzureConfig, 'account' | 'endpoint'>, secrets: AzureSecrets): AccountAccess => {
  const given = FIELDS.filter((field) => secrets[field] !== undefined)
  if (given.length > 1) throw invalid(`secrets.${given[1]}`, `give either ${given.join(' or ')}`)
  const named = secrets.connectionString === undefined ? {} : parseConnectionString(secrets.connectionString)
  if (config.account !== undefined && named.account !== undefined && config.account !== named.account)
    throw invalid('config.account', 'the connection string is of another account')
  const account = config.account ?? named.account
  const address = config.endpoint ?? named.endpoint ?? (account === undefined ? undefined : `https://${account}.blob.core.windows.net`)
  if (address === undefined) throw invalid('config.account', 'name the storage account, or its endpoint')
  const { origin, pathname } = parseHttpUrl(address, {
    field: config.endpoint === undefined ? 'secrets.connectionString' : 'config.endpoint',
    what: 'the address of the blob service',
    base: true,
  })
  return { origin, path: pathname.replace(/\/+$/, ''), credential: toCredential({ ...secrets, ...named }, account) }
}

/** Returns the URL that the settings alone name, for the check at save; a connection string is examined when it is used. */
export const namedEndpoint = ({ account, endpoint }: Pick<AzureConfig, 'account' | 'endpoint'>): string | undefined =>
  endpoint ?? (account === undefined ? undefined : `https://${account}.blob.core.windows.net`)

const toCredential = ({ accountKey, sasToken }: AzureSecrets, account: string | undefined): Credential => {
  if (accountKey !== undefined) {
    if (account === undefined) throw invalid('config.account', 'an account key needs the name of its storage account')
    const key = Buffer.from(accountKey, 'base64')
    if (key.length === 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(accountKey.trim())) throw invalid('secrets.accountKey', 'the account key is not base64')
    return { kind: 'key', account, key }
  }
  if (sasToken === undefined) return { kind: 'anonymous' }
  const query = Object.fromEntries(new URLSearchParams(sasToken.trim().replace(/^\?/, '')))
  if (query['sig'] === undefined) throw invalid('secrets.sasToken', 'the shared access signature has no part "sig"')
  return { kind: 'sas', query }
}
