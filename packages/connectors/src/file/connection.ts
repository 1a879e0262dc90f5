import type { ConnectorContext } from '@inlet/connector-sdk'
import type { ItemConnection } from '../files/connection.js'
import type { Listing } from '../files/listing/item.js'
import { settingsMark } from '../files/settings.js'
import { createReaderProcesses } from '../parsing/subprocess/reader-process.js'
import type { FileConfig, FileSecrets } from './config.js'
import { type FileItem, openListing } from './listing/list-items.js'

/** What one worker holds for a source between the streams of a run. */
export interface FileConnection extends ItemConnection {
  readonly ctx: ConnectorContext<FileConfig, FileSecrets>
  openListing(): Promise<Listing<FileItem>>
}

/** Opens nothing; files are opened and closed one by one. */
export const createConnection = (ctx: ConnectorContext<FileConfig, FileSecrets>): FileConnection => {
  const place = { ctx, mark: settingsMark(ctx.config) }
  const processes = createReaderProcesses()
  return {
    ...place,
    processes,
    readings: new Map(),
    growing: ctx.config.append,
    openListing: () => openListing(place),
    // A problem with one file says nothing about the others.
    concernsAll: () => false,
    [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose](),
  }
}
