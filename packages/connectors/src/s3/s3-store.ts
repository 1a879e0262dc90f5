import { type ConnectorContext, Failure, type HttpResponse, parseHttpUrl } from '@inlet/connector-sdk'
import { acceptResponse } from '../blobs/blob-response.js'
import { type BlobStore, readRange } from '../blobs/blob-store.js'
import type { S3Config, S3Secrets } from './config.js'
import { toBlobPage } from './list-response.js'
import { hintOf, REASONS } from './reasons.js'
import { canonicalQuery, encodePath, type Query, type SigningKeys, signV4 } from './sign-v4.js'

const TIMEOUT_MS = 60_000

interface S3Request {
  readonly method: 'GET' | 'HEAD'
  /** The object; absent for the bucket. */
  readonly key?: string
  readonly query?: Query
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Accesses one bucket over the REST API of S3: ListObjectsV2, GetObject and HeadObject are all that reading needs. */
export const createS3Store = ({ config, secrets, http, now }: ConnectorContext<S3Config, S3Secrets>): BlobStore => {
  const address = bucketAddress(config)
  const keys = keysOf(secrets)
  const send = async ({ method, key, query = {}, headers = {}, signal }: S3Request): Promise<HttpResponse> => {
    const path = `${address.path}/${key ?? ''}`
    const plain = { 'accept-encoding': 'identity', ...headers }
    const signed =
      keys === null ? plain : signV4({ method, host: address.host, path, query, headers: plain }, { keys, region: config.region, now: now() })
    const search = canonicalQuery(query)
    const url = `${address.origin}${encodePath(path)}${search === '' ? '' : `?${search}`}`
    // A redirect leads to another region, where this signature is not valid.
    const response = await http.request({ url, method, headers: signed, signal, timeoutMs: TIMEOUT_MS, maxRedirects: 0, decompress: false })
    const place = key === undefined ? `bucket ${config.bucket}` : `object ${key} in bucket ${config.bucket}`
    return acceptResponse(response, { reasons: REASONS, hint: hintOf, place, now })
  }

  return {
    async list({ prefix, after, delimiter, max }, signal) {
      const query = {
        'list-type': '2',
        'encoding-type': 'url',
        'max-keys': String(max),
        ...(prefix === '' ? {} : { prefix }),
        ...(delimiter === undefined ? {} : { delimiter }),
        ...(after === null ? {} : { 'continuation-token': after }),
      }
      return toBlobPage(await (await send({ method: 'GET', query, signal })).text())
    },

    async describe(name, signal) {
      const response = await send({ method: 'HEAD', key: name, signal })
      response.discard()
      const { 'content-length': size, 'last-modified': modified, etag, 'content-type': contentType } = response.headers
      const modifiedAt = new Date(modified ?? '')
      if (Number.isNaN(modifiedAt.getTime())) throw new Failure('UPSTREAM_INVALID', `object ${name}: the store does not say when it was modified`)
      return { name, size: Number(size ?? 0), modifiedAt, etag: etag ?? '', ...(contentType === undefined ? {} : { contentType }) }
    },

    async read(request, signal) {
      const { name, start, end, etag } = request
      const headers = { range: `bytes=${start}-${end - 1}`, ...(etag === undefined || etag === '' ? {} : { 'if-match': etag }) }
      return readRange(await send({ method: 'GET', key: name, headers, signal }), request)
    },
  }
}

/** Returns null for anonymous access. */
const keysOf = ({ accessKeyId, secretAccessKey, sessionToken }: S3Secrets): SigningKeys | null =>
  accessKeyId === undefined || secretAccessKey === undefined
    ? null
    : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }

/** Where a bucket is. */
interface BucketAddress {
  readonly origin: string
  /** As sent in the Host header. */
  readonly host: string
  /** The path of the bucket itself, without a trailing slash; empty when the bucket is part of the host name. */
  readonly path: string
}

type Settings = Pick<S3Config, 'bucket' | 'region' | 'endpoint' | 'pathStyle'>

/** Throws what `parseHttpUrl` throws for an invalid endpoint. */
export const bucketAddress = ({ bucket, region, endpoint, pathStyle }: Settings): BucketAddress => {
  const base = parseHttpUrl(endpoint ?? awsEndpoint(region), { field: 'config.endpoint', what: 'the endpoint', base: true })
  const inPath = pathStyle ?? (endpoint !== undefined || bucket.includes('.'))
  const above = base.pathname.replace(/\/+$/, '')
  const host = inPath ? base.host : `${bucket}.${base.host}`
  return { origin: `${base.protocol}//${host}`, host, path: inPath ? `${above}/${bucket}` : above }
}

const awsEndpoint = (region: string): string => `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
