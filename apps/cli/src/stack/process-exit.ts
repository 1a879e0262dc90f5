/** How one of our processes ended that nobody had asked to. */
export interface ProcessExit {
  readonly name: string
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: string | null
  readonly logFile: string
  /** What it said last. */
  readonly lastLines: string
}

/** Exit code of a process that cannot use its settings; starting it again does not help. */
export const SETTINGS_EXIT = 78

/** What people read of it. */
export const toNotice = ({ name, code, signal, logFile, lastLines }: ProcessExit): string =>
  code === SETTINGS_EXIT ? `${name} refuses its settings:\n${lastLines}` : `${name} ended (${signal ?? `code ${code}`}; log: ${logFile})`

/** A start that failed because a process ended by itself. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded'
  /** That of the process. */
  readonly exitCode: number
  constructor(exit: ProcessExit, exitCode: number) {
    super(exit.code === SETTINGS_EXIT ? toNotice(exit) : `${toNotice(exit)}\n${exit.lastLines}`)
    this.exitCode = exitCode
  }
}

/** Whether a start is lost: settings are refused, or the api, which the start waits for, has given up. Null: it may still succeed. */
export const endOfStart = (exit: ProcessExit): ProcessEnded | null =>
  exit.code !== null && (exit.code === SETTINGS_EXIT || exit.name === 'api') ? new ProcessEnded(exit, exit.code) : null
