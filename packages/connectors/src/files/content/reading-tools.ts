import type { ReaderProcesses } from '../../parsing/subprocess/reader-process.js'
import type { ReadingConfig } from '../settings.js'

/** What reading the content of an item needs besides its bytes. */
export interface ReadingTools {
  readonly config: ReadingConfig
  readonly processes: ReaderProcesses
  /** Where files that need random access are kept in the meantime. */
  readonly workDir: string
  readonly signal: AbortSignal
}
