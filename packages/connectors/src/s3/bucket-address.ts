import { parseHttpUrl } from '@inlet/connector-sdk'
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

/** Throws what `parseHttpUrl` throws for an endpoint that is none. */
export const bucketAddress = ({ bucket, region, endpoint, pathStyle }: Settings): BucketAddress => {
  const base = parseHttpUrl(endpoint ?? awsEndpoint(region), { field: 'config.endpoint', what: 'the endpoint', base: true })
  const inPath = pathStyle ?? (endpoint !== undefined || bucket.includes('.'))
  const above = base.pathname.replace(/\/+$/, '')
  const host = inPath ? base.host : `${bucket}.${base.host}`
  return { origin: `${base.protocol}//${host}`, host, path: inPath ? `${above}/${bucket}` : above }
}

const awsEndpoint = (region: string): string => `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
