import { createHash, createHmac } from 'node:crypto'

/** Keys of an AWS account or of a compatible store; temporary ones have a token. */
export interface SigningKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface RequestToSign {
  readonly method: string
  /** As sent in the Host header. */
  readonly host: string
  /** Not encoded. */
  readonly path: string
  readonly query: Query
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
}

export interface SigningScope {
  readonly keys: SigningKeys
  readonly region: string
  readonly now: Date
}

const EMPTY_HASH = createHash('sha256').digest('hex')

/**
 * Returns the headers of a request without a body, including AWS Signature Version 4 for the service `s3`.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export const signV4 = (request: RequestToSign, { keys, region, now }: SigningScope): Record<string, string> => {
  const time = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const date = time.slice(0, 8)
  const scope = `${date}/${region}/s3/aws4_request`
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-content-sha256': EMPTY_HASH,
    'x-amz-date': time,
    ...(keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }),
  }
  const signed = Object.entries({ ...headers, host: request.host }).sort(([a], [b]) => (a < b ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    encodePath(request.path),
    canonicalQuery(request.query),
    ...signed.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}`),
    '',
    names,
    EMPTY_HASH,
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const signature = hmac(signingKey(keys.secretAccessKey, date, region), toSign).toString('hex')
  return { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope},SignedHeaders=${names},Signature=${signature}` }
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const signingKey = (secret: string, date: string, region: string): Buffer => {
  const parts = [date, region, 's3', 'aws4_request']
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`))
}

/** Unencoded parameters. */
export type Query = Readonly<Record<string, string>>

/** Percent-encodes everything except RFC 3986's unreserved characters, as signatures require. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

export const encodePath = (path: string): string => path.split('/').map(encode).join('/')

/** Encoded, sorted by the encoded names. */
export const canonicalQuery = (query: Query): string =>
  Object.entries(query)
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
