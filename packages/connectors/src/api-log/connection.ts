import type { Connection, ConnectorContext } from '@inlet/connector-sdk'
import type { LogConfig, LogSecrets } from './config.js'
import type { Place } from './files/place.js'

/** What one worker holds for a source between runs. */
export interface LogConnection extends Connection {
  readonly ctx: ConnectorContext<LogConfig, LogSecrets>
  /** Files that were read to their end, by path, so that unchanged ones need not be opened. */
  readonly readToEnd: Map<string, ReadFile>
}

export interface ReadFile {
  /** Inode, size and times. */
  readonly version: string
  readonly place: Place
}

/** Opens nothing; files are opened and closed one by one. */
export const createConnection = (ctx: ConnectorContext<LogConfig, LogSecrets>): LogConnection => ({
  ctx,
  readToEnd: new Map(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
})
