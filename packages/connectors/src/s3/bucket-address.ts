import { Failure, isUrl } from '@inlet/connector-sdk'
import type { S3Config } from './config.js'

/** Where a bucket answers. */
export interface BucketAddress {
  readonly origin: string
  /** As sent in the Host header. */
  readonly host: string
  /** The path of the bucket itself, without a slash at its end; empty when the bucket stands in the host name. */
  readonly path: string
}

type Settings = Pick<S3Config, 'bucket' | 'region' | 'endpoint' | 'pathStyle'>

/** Throws INVALID_URL for an endpoint that is none. */
export const bucketAddress = ({ bucket, region, endpoint, pathStyle }: Settings): BucketAddress => {
  const base = parseEndpoint(endpoint ?? awsEndpoint(region))
  const inPath = pathStyle ?? (endpoint !== undefined || bucket.includes('.'))
  const above = base.pathname.replace(/\/+$/, '')
  const host = inPath ? base.host : `${bucket}.${base.host}`
  return { origin: `${base.protocol}//${host}`, host, path: inPath ? `${above}/${bucket}` : above }
}

const awsEndpoint = (region: string): string => `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`

const parseEndpoint = (endpoint: string): URL => {
  if (!isUrl(endpoint)) throw new Failure('INVALID_URL', 'the endpoint is no URL', { field: 'config.endpoint' })
  const url = new URL(endpoint)
  if (url.search !== '' || url.hash !== '')
    throw new Failure('INVALID_URL', 'the endpoint has neither a query nor a fragment', { field: 'config.endpoint' })
  return url
}
