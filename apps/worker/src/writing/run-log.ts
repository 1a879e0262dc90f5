import type { ConnectorLog } from '@inlet/connector-sdk'
import { addLogLines, type Database, type LeasedRun, type NewLogLine, type RunLogLevel } from '@inlet/db'
import { redactText, type SecretRegistry } from '@inlet/observability'

/** What is logged during a run, kept for users. */
export interface RunLog {
  /** Never throws, never waits. */
  add(level: RunLogLevel, message: string, stream?: string): void
  /** Hands over the waiting lines, to be stored with the end of the run; `worth` false omits the routine lines of a run without any result. */
  take(worth: boolean): Promise<readonly NewLogLine[]>
  /** Stores the waiting lines and accepts no more. */
  close(): Promise<void>
}

export interface RunLogs {
  /** Opens the log of a run that this process has just begun. The caller closes it. */
  open(run: Pick<LeasedRun, 'runId' | 'sourceId' | 'attempt'>): RunLog
  /** Returns a log that sends a connector's lines to the active run of its source; without one, they only go to the process's log. */
  sinkOf(sourceId: string): ConnectorLog
}

interface RunLogDeps {
  readonly database: Pick<Database, 'pool'>
  readonly secrets: Pick<SecretRegistry, 'pattern'>
  readonly onError: (error: unknown) => void
}

const MAX_LINES = 100_000
const MAX_CHARACTERS = 2_000
/** Longest wait of a line, and of the first lines of a run that may turn out not to be worth keeping. */
const FLUSH_MS = 1_000
const BATCH = 1_000

/**
 * Creates the logs of all runs of this process: limited in number of lines, redacted, written in batches. Lines that cannot be stored are dropped,
 * never waited for.
 */
export const createRunLogs = ({ database, secrets, onError }: RunLogDeps): RunLogs => {
  const running = new Map<string, RunLog>()
  const clean = (text: string): string => redactText(text, secrets.pattern()).replaceAll('\0', '').toWellFormed().slice(0, MAX_CHARACTERS)

  const open: RunLogs['open'] = (run) => {
    let waiting: NewLogLine[] = []
    let lineCount = 0
    let isWorthKeeping = false
    let timer: NodeJS.Timeout | undefined
    let storing: Promise<void> = Promise.resolve()

    const store = (): Promise<void> => {
      clearTimeout(timer)
      timer = undefined
      const lines = waiting
      waiting = []
      storing = storing.then(() => addLogLines(database, run, lines)).catch(onError)
      return storing
    }
    const keep = (line: NewLogLine): void => {
      waiting.push(line)
      if (waiting.length >= BATCH) void store()
      else timer ??= setTimeout(() => void store(), FLUSH_MS).unref()
    }
    const log: RunLog = {
      add(level, message, stream) {
        lineCount += 1
        if (level !== 'info') isWorthKeeping = true
        if (lineCount > MAX_LINES) return
        keep({ at: new Date(), level, stream: stream ?? null, message: clean(message) })
        if (lineCount === MAX_LINES) keep({ at: new Date(), level: 'warn', stream: null, message: `after ${MAX_LINES} lines the rest is left out` })
      },
      async take(worth) {
        isWorthKeeping ||= worth
        await storing
        clearTimeout(timer)
        timer = undefined
        const lines = isWorthKeeping ? waiting : []
        waiting = []
        return lines
      },
      async close() {
        if (running.get(run.sourceId) === log) running.delete(run.sourceId)
        if (!isWorthKeeping) waiting = []
        await store()
      },
    }
    running.set(run.sourceId, log)
    return log
  }

  return {
    open,
    sinkOf(sourceId) {
      const say =
        (level: RunLogLevel) =>
        (fields: object, message: string): void => {
          const { stream, ...rest } = fields as { readonly stream?: unknown }
          running.get(sourceId)?.add(level, `${message}${describe(rest)}`, typeof stream === 'string' ? stream : undefined)
        }
      return { debug: () => {}, info: say('info'), warn: say('warn'), error: say('error') }
    },
  }
}

/** Formats fields as ` name=value`; errors by their message. */
const describe = (fields: object): string =>
  Object.entries(fields)
    .map(([name, value]) => ` ${name}=${value instanceof Error ? value.message : typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join('')
