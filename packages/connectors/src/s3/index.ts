import { defineConnector, Failure } from '@inlet/connector-sdk'
import { browseBlobs, checkBlobs } from '../blobs/browse-blobs.js'
import { type BlobConnection, createBlobConnection } from '../blobs/connection.js'
import { checkBlobSettings } from '../blobs/settings.js'
import { readStream, streamSpecs } from '../files/streams/read-stream.js'
import { configSchema, type S3Config, type S3Secrets, secretSchema } from './config.js'
import { bucketAddress, createS3Store } from './s3-store.js'

export default defineConnector<S3Config, S3Secrets, BlobConnection>({
  type: 's3',
  version: '1.0.0',
  title: 'S3',
  description: 'Objects of a bucket in Amazon S3 or a compatible store, read as files are: tables, documents, archives.',
  transport: 'node',
  configSchema,
  secretSchema,
  validate(config, { accessKeyId, secretAccessKey, sessionToken }) {
    checkBlobSettings(config)
    bucketAddress(config)
    if ((accessKeyId === undefined) !== (secretAccessKey === undefined) || (sessionToken !== undefined && accessKeyId === undefined))
      throw new Failure('VALIDATION_FAILED', 'accessKeyId and secretAccessKey belong together; leave out both for a public bucket', {
        field: accessKeyId === undefined ? 'secrets.accessKeyId' : 'secrets.secretAccessKey',
      })
  },
  egress: (config) => [
    ...(config.endpoint === undefined ? [] : [{ field: 'endpoint', url: config.endpoint }]),
    { field: 'endpoint', url: bucketAddress(config).origin },
  ],
  connect: (ctx) => Promise.resolve(createBlobConnection(ctx, createS3Store(ctx))),
  streams: (connection) => Promise.resolve(streamSpecs(connection.ctx.config)),
  check: checkBlobs,
  read: readStream,
  browse: browseBlobs,
})
