import type { ConnectorLog } from '@inlet/connector-sdk'

/** What a tap writes to stderr. */
export interface TapLog {
  push(text: string): void
  /** Logs how many lines were left out. */
  end(): void
  /** The last lines, redacted, oldest first. */
  readonly tail: readonly string[]
}

const MAX_LINES = 200
const MAX_LINE = 1000
const TAIL = 20
const TROUBLE = /^\W*(warn|error|critical|fatal|traceback)|\b(WARNING|ERROR|CRITICAL|FATAL)\b/i

/** Copies stderr to the log, line by line: at most 200 lines a process, 1,000 characters each, without secrets. */
export const createTapLog = (log: ConnectorLog, redact: (text: string) => string): TapLog => {
  const tail: string[] = []
  let rest = ''
  let written = 0
  const take = (raw: string): void => {
    // Redacted before it is cut, because a truncated secret would not be recognized.
    const line = redact(raw.trimEnd()).slice(0, MAX_LINE)
    if (line === '') return
    tail.push(line)
    if (tail.length > TAIL) tail.shift()
    written += 1
    if (written <= MAX_LINES) log[TROUBLE.test(line) ? 'warn' : 'debug']({ tap: line }, 'the tap says')
  }
  return {
    tail,
    push(text) {
      const lines = (rest + text).split('\n')
      rest = (lines.pop() ?? '').slice(-64 * MAX_LINE)
      for (const line of lines) take(line)
    },
    end() {
      take(rest)
      rest = ''
      if (written > MAX_LINES) log.warn({ left: written - MAX_LINES }, 'further lines of the tap were left out of the log')
    },
  }
}
