import { createHmac } from 'node:crypto'

export interface RequestToSign {
  readonly method: string
  /** As sent, encoded. */
  readonly path: string
  /** Not encoded. */
  readonly query: Readonly<Record<string, string>>
  /** Lower-case names; only those that start with `x-ms-`, and if-match, count. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Returns the Authorization header of a request without a body, by Azure's Shared Key of version 2009-09-19 and later.
 * https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key
 */
export const signSharedKey = ({ method, path, query, headers }: RequestToSign, account: string, key: Buffer): string => {
  const ofAzure = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-ms-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const parameters = Object.entries(query)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const toSign = [
    method,
    // Content-Encoding, -Language, -Length, -MD5, -Type, Date and If-Modified-Since are not sent.
    ...Array.from({ length: 7 }, () => ''),
    headers['if-match'] ?? '',
    // If-None-Match, If-Unmodified-Since, Range.
    ...Array.from({ length: 3 }, () => ''),
    ...ofAzure.map(([name, value]) => `${name}:${value}`),
    `/${account}${path}`,
    ...parameters.map(([name, value]) => `${name}:${value}`),
  ].join('\n')
  return `SharedKey ${account}:${createHmac('sha256', key).update(toSign).digest('base64')}`
}
