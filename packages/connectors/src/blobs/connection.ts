import type { ConnectorContext } from '@inlet/connector-sdk'
import type { ItemConnection } from '../files/connection.js'
import { settingsMark } from '../files/settings.js'
import { createReaderProcesses } from '../parsing/subprocess/reader-process.js'
import { type BlobStore, isAboutOneBlob } from './blob-store.js'
import { listBlobs } from './list-blobs.js'
import { retryStore } from './retry-store.js'
import type { BlobConfig } from './settings.js'

/** What one worker holds for a source that reads a blob store. */
export interface BlobConnection extends ItemConnection {
  readonly store: BlobStore
  readonly ctx: ConnectorContext<BlobConfig>
}

/** Creates the connection; sends nothing yet. */
export const createBlobConnection = (ctx: ConnectorContext<BlobConfig>, client: BlobStore): BlobConnection => {
  const store = retryStore(client)
  const place = { store, config: ctx.config, mark: settingsMark(ctx.config) }
  const processes = createReaderProcesses()
  return {
    ctx,
    store,
    processes,
    readings: new Map(),
    openListing: () => Promise.resolve(listBlobs(place)),
    concernsAll: (failure) => !isAboutOneBlob(failure),
    [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose](),
  }
}
