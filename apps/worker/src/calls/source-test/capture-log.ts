import { createLogger, type Logger, type SecretRegistry } from '@inlet/observability'

export interface CapturedLine {
  readonly at: string
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export interface CapturedLog {
  readonly log: Logger
  /** The first lines, redacted as in the worker's log. */
  readonly lines: readonly CapturedLine[]
  /** How many lines were left out. */
  readonly more: number
}

const MAX_LINES = 100
const MAX_LINE = 4_096

/** Creates a log that is kept for the answer of a test instead of being written. */
export const createCapturedLog = (secrets: Pick<SecretRegistry, 'pattern'>): CapturedLog => {
  const lines: CapturedLine[] = []
  let more = 0
  const write = (line: string): void => {
    if (lines.length >= MAX_LINES || line.length > MAX_LINE) more += 1
    else lines.push(toLine(line))
  }
  return {
    log: createLogger({ level: 'debug', name: 'test', secrets, destination: { write } }),
    lines,
    get more() {
      return more
    },
  }
}

const toLine = (line: string): CapturedLine => {
  const {
    time,
    level,
    msg,
    name: _name,
    pid: _pid,
    sourceId: _sourceId,
    connector: _connector,
    ...fields
  } = JSON.parse(line) as Record<string, unknown>
  return { at: String(time), level: String(level), message: typeof msg === 'string' ? msg : '', fields }
}
