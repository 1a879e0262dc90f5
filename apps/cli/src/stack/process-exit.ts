/** How one of our processes ended without being asked to. */
export interface ProcessExit {
  readonly name: string
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: string | null
  readonly logFile: string
  /** Its last log lines. */
  readonly lastLines: string
}

/** Exit code of a process that cannot use its settings; restarting it does not help. */
export const SETTINGS_EXIT = 78

/** Formats it as a message for the user. */
export const toNotice = ({ name, code, signal, logFile, lastLines }: ProcessExit): string =>
  code === SETTINGS_EXIT ? `${name} refuses its settings:\n${lastLines}` : `${name} ended (${signal ?? `code ${code}`}; log: ${logFile})`

/** A start that failed because a process ended by itself. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded'
  /** The process's exit code. */
  readonly exitCode: number
  constructor(exit: ProcessExit, exitCode: number) {
    super(exit.code === SETTINGS_EXIT ? toNotice(exit) : `${toNotice(exit)}\n${exit.lastLines}`)
    this.exitCode = exitCode
  }
}

/**
 * Returns an error when a start cannot succeed any more: settings are refused, or the api, which the start waits for, has given up. Null: it may
 * still succeed.
 */
export const endOfStart = (exit: ProcessExit): ProcessEnded | null =>
  exit.code !== null && (exit.code === SETTINGS_EXIT || exit.name === 'api') ? new ProcessEnded(exit, exit.code) : null
