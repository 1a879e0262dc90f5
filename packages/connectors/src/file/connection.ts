import type { Connection, ConnectorContext } from '@inlet/connector-sdk'
import type { FileConfig, FileSecrets } from './config.js'
import { settingsMark } from './listing/signature.js'
import type { Reading } from './streams/reading.js'

/** What one worker holds of a source between the streams of a run. */
export interface FileConnection extends Connection {
  readonly ctx: ConnectorContext<FileConfig, FileSecrets>
  readonly mark: string
  /** What was read by this connection, by item key, so that `files` need not read it again. Bounded. */
  readonly readings: Map<string, Reading>
}

/** Opens nothing; files are opened and closed one by one. */
export const createConnection = (ctx: ConnectorContext<FileConfig, FileSecrets>): FileConnection => ({
  ctx,
  mark: settingsMark(ctx.config),
  readings: new Map(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
})
