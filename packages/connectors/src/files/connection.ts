import type { Connection, ConnectorContext, Failure } from '@inlet/connector-sdk'
import type { ReaderProcesses } from '../parsing/subprocess/reader-process.js'
import type { Listing } from './listing/item.js'
import type { ReadingConfig } from './settings.js'
import type { Reading } from './streams/reading.js'

/** What one worker holds of a source whose records come from items: a place to find them, and what was learnt of them between the streams of a run. */
export interface ItemConnection extends Connection {
  readonly ctx: Pick<ConnectorContext<ReadingConfig>, 'config' | 'known' | 'log' | 'now' | 'workDir'>
  /** What was read by this connection, by item key, so that `files` need not read it again. Bounded. */
  readonly readings: Map<string, Reading>
  /** For formats that take long work without a pause; disposed with the connection. */
  readonly processes: ReaderProcesses
  /** Items only grow and their rows are read by other means; `files` never reads them. */
  readonly growing?: boolean
  /** Finds the items afresh. Throws when they cannot be listed at all. */
  openListing(): Promise<Listing>
  /** Whether a failure to read one item says that no other can be read either, so that the run ends with it. */
  concernsAll(failure: Failure): boolean
}
