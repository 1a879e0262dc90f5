import { Failure } from '@inlet/connector-sdk'

export interface ConnectionString {
  readonly account?: string
  readonly accountKey?: string
  readonly sasToken?: string
  readonly endpoint?: string
}

/** The well-known account of Azure's emulator, whose key is public. */
const DEVELOPMENT = {
  account: 'devstoreaccount1',
  accountKey: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  endpoint: 'http://127.0.0.1:10000/devstoreaccount1',
}

/** Parses `Name=value` pairs separated by semicolons, as the portal shows them. Throws VALIDATION_FAILED and repeats none of the text. */
export const parseConnectionString = (text: string): ConnectionString => {
  const parts = new Map(
    text
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => [part.slice(0, part.indexOf('=')).toLowerCase(), part.slice(part.indexOf('=') + 1)] as const),
  )
  if (parts.get('usedevelopmentstorage') === 'true') return DEVELOPMENT
  const account = parts.get('accountname')
  const accountKey = parts.get('accountkey')
  const sasToken = parts.get('sharedaccesssignature')
  const endpoint = parts.get('blobendpoint') ?? composed(account, parts)
  if (endpoint === undefined || (accountKey !== undefined && account === undefined))
    throw new Failure('VALIDATION_FAILED', 'the connection string names neither AccountName nor BlobEndpoint', { field: 'secrets.connectionString' })
  return {
    endpoint,
    ...(account === undefined ? {} : { account }),
    ...(accountKey === undefined ? {} : { accountKey }),
    ...(sasToken === undefined ? {} : { sasToken }),
  }
}

const composed = (account: string | undefined, parts: ReadonlyMap<string, string>): string | undefined =>
  account === undefined
    ? undefined
    : `${parts.get('defaultendpointsprotocol') ?? 'https'}://${account}.blob.${parts.get('endpointsuffix') ?? 'core.windows.net'}`
