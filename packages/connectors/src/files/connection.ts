import type { Connection, ConnectorContext, Failure } from '@inlet/connector-sdk'
import type { ReaderProcesses } from '../parsing/subprocess/reader-process.js'
import type { Listing } from './listing/item.js'
import type { ReadingConfig } from './settings.js'
import type { Reading } from './streams/reading.js'

/**
 * What one worker holds for a source whose records come from items: where to find them, and what was learned of them between the streams of a run.
 */
export interface ItemConnection extends Connection {
  readonly ctx: Pick<ConnectorContext<ReadingConfig>, 'config' | 'known' | 'log' | 'now' | 'workDir'>
  /** What this connection has read, by item key, so that `files` need not read it again. Bounded. */
  readonly readings: Map<string, Reading>
  /** For formats that need long uninterrupted work; disposed with the connection. */
  readonly processes: ReaderProcesses
  /** Items only grow, and their rows are read by other means; `files` never reads them. */
  readonly growing?: boolean
  /** Lists the items again. Throws when they cannot be listed at all. */
  openListing(): Promise<Listing>
  /** Whether a failure to read one item means that no other can be read, either, so that it ends the run. */
  concernsAll(failure: Failure): boolean
}
