import { defineConnector } from '@inlet/connector-sdk'
import { browseBlobs, checkBlobs } from '../blobs/browse-blobs.js'
import { type BlobConnection, createBlobConnection } from '../blobs/connection.js'
import { checkBlobSettings } from '../blobs/settings.js'
import { readStream, streamSpecs } from '../files/streams/read-stream.js'
import { accountAccess, namedEndpoint } from './account-access.js'
import { createAzureStore } from './azure-store.js'
import { type AzureConfig, type AzureSecrets, configSchema, secretSchema } from './config.js'

export default defineConnector<AzureConfig, AzureSecrets, BlobConnection>({
  type: 'azure_blob',
  version: '1.0.0',
  title: 'Azure Blob Storage',
  description: 'Blobs of a container, read as files are: tables, documents, archives.',
  transport: 'node',
  configSchema,
  secretSchema,
  validate(config, secrets) {
    checkBlobSettings(config)
    accountAccess(config, secrets)
  },
  egress(config) {
    const url = namedEndpoint(config)
    return url === undefined ? [] : [{ field: config.endpoint === undefined ? 'account' : 'endpoint', url }]
  },
  connect: async (ctx) => createBlobConnection(ctx, createAzureStore(ctx)),
  streams: (connection) => Promise.resolve(streamSpecs(connection.ctx.config)),
  check: checkBlobs,
  read: readStream,
  browse: browseBlobs,
})
