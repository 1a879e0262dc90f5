import type { ReaderProcesses } from '../../parsing/subprocess/reader-process.js'
import type { ReadingConfig } from '../settings.js'

/** What reading the content of an item takes besides its bytes. */
export interface ReadingTools {
  readonly config: ReadingConfig
  readonly processes: ReaderProcesses
  /** Where files that must be read in any order are put for that while. */
  readonly workDir: string
  readonly signal: AbortSignal
}
