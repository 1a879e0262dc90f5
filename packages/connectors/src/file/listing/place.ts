import type { ConnectorContext } from '@inlet/connector-sdk'
import type { FileConfig } from '../config.js'

/** Where the files of a source are found, and the mark of its settings in their signatures. */
export interface FilePlace {
  readonly ctx: Pick<ConnectorContext<FileConfig>, 'config' | 'files'>
  readonly mark: string
}
