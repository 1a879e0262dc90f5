import { setFlagsFromString } from 'node:v8'
import { type Env, EnvError } from '../env/parse-env.js'
import type { CloseFailure } from '../lifecycle/lifecycle.js'
import { withDeadline } from '../time/timers.js'
import { EXIT_CONFIG, EXIT_FAILURE, EXIT_OK } from './exit-codes.js'
import { type ProcessHost, waitForSignal } from './signals.js'
import { BACKGROUND, yieldToOthers } from './yield-to-others.js'

export interface MainLog {
  info(fields: object, message: string): void
  error(fields: object, message: string): void
  fatal(fields: object, message: string): void
}

export interface RunningApp {
  close(): Promise<readonly CloseFailure[]>
  /** Resolves when the app must end by itself, e.g. because it makes no progress; the process then closes and exits 1. */
  readonly ended?: Promise<unknown>
}

export interface Main<Config, Log extends MainLog> {
  readonly env: Env
  /** Parses the settings. Throws `EnvError`. */
  parse(env: Env): Config
  createLog(config: Config): Log
  /** Opens everything; the signal aborts if the process is asked to stop meanwhile. Use `withLifecycle`, so that a throw leaves nothing open. */
  compose(config: Config, context: { readonly log: Log; readonly signal: AbortSignal }): Promise<RunningApp>
  /** Whether people wait for other processes rather than this one, so that those go first while the CPUs are busy. */
  readonly background?: boolean
  /** How long closing may take in total; default 25,000 ms. */
  readonly closeTimeoutMs?: number
}

export interface MainHost extends ProcessHost {
  readonly stderr: { write(text: string): unknown }
}

const DEFAULT_CLOSE_TIMEOUT_MS = 25_000

/**
 * How far the heap may grow beyond what was in use after a full garbage collection until the next one. V8 lets it grow several times as large during
 * heavy allocation, so that batches stored long ago fill most of a process. Growth of 100 % cost no measurable CPU time; 30 % cost worker and scribe
 * half as much again while a table was stored, for 40 MiB less (docs/benchmarks.md).
 */
const HEAP_GROWTH_PERCENT = 100

const prepare = <Config, Log extends MainLog>(main: Main<Config, Log>, host: MainHost): { config: Config; log: Log } | number => {
  try {
    const config = main.parse(main.env)
    return { config, log: main.createLog(config) }
  } catch (error) {
    if (error instanceof EnvError) {
      host.stderr.write(`${error.message}\n`)
      return EXIT_CONFIG
    }
    host.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return EXIT_FAILURE
  }
}

const watchDefects = (log: MainLog, host: MainHost): void => {
  const die = (message: string) => (error: unknown) => {
    log.fatal({ err: error }, message)
    host.exit(EXIT_FAILURE)
  }
  host.on('unhandledRejection', die('unhandled rejection'))
  host.on('uncaughtException', die('uncaught exception'))
}

const serve = async <Config, Log extends MainLog>(
  main: Main<Config, Log>,
  prepared: { config: Config; log: Log },
  host: MainHost,
): Promise<number> => {
  const { config, log } = prepared
  const stop = new AbortController()
  const stopped = waitForSignal(host).then((signal) => {
    log.info({ signal }, 'stopping')
    stop.abort()
    return EXIT_OK
  })
  let app: RunningApp
  try {
    app = await main.compose(config, { log, signal: stop.signal })
  } catch (error) {
    if (stop.signal.aborted) return EXIT_OK
    if (error instanceof EnvError) {
      host.stderr.write(`${error.message}\n`)
      return EXIT_CONFIG
    }
    log.fatal({ err: error }, 'could not start')
    return EXIT_FAILURE
  }
  const gaveUp = app.ended?.then(
    (reason) => {
      log.fatal({ reason }, 'ended by itself')
      return EXIT_FAILURE
    },
    (error: unknown) => {
      log.fatal({ err: error }, 'ended by itself')
      return EXIT_FAILURE
    },
  )
  const code = await Promise.race(gaveUp === undefined ? [stopped] : [stopped, gaveUp])
  try {
    const failures = await withDeadline(() => app.close(), main.closeTimeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS, 'closing')
    if (failures.length > 0) return EXIT_FAILURE
  } catch (error) {
    log.error({ err: error }, 'closing failed')
    return EXIT_FAILURE
  }
  log.info({}, 'stopped')
  return code
}

/**
 * Runs the life of a process: settings → log → composition → signal → close → exit. Exit codes: 0 stopped on request, 1 failed start, defect or
 * failed close, 78 unusable settings (all listed on stderr), 130 second signal. Called only by main.ts.
 */
export const runMain = async <Config, Log extends MainLog>(main: Main<Config, Log>, host: MainHost = process): Promise<void> => {
  if (host === process) setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`)
  if (host === process && main.background === true) yieldToOthers(process.pid, BACKGROUND)
  const prepared = prepare(main, host)
  if (typeof prepared === 'number') return host.exit(prepared)
  watchDefects(prepared.log, host)
  // Exit even if something forgotten keeps the event loop alive.
  host.exit(await serve(main, prepared, host))
}
