import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { type ConnectorLog, Failure } from '@inlet/connector-sdk'
import { toTapFailure } from './tap-failure.js'
import { createTapLog } from './tap-log.js'

export interface TapSetup {
  /** The executable and its leading arguments, as the operator wrote them. */
  readonly command: readonly string[]
  readonly folder: string
  readonly log: ConnectorLog
  readonly redact: (text: string) => string
}

export interface TapProcess {
  /** While it is not read, the tap waits: that is all the backpressure there is. */
  readonly stdout: Readable
  /** Resolves when the tap succeeded, or after `stop`; rejects with the failure for its last line, or CANCELLED. */
  readonly done: Promise<void>
  /** The last lines of stderr, redacted. */
  readonly tail: readonly string[]
  /** Called whenever the tap writes to stderr. */
  onSign(listener: () => void): void
  /** Ends the tap and everything it started, and waits until they have ended. */
  stop(): Promise<void>
}

/** A tap may finish its work on SIGTERM; whatever is still running after this time is killed. */
const GRACE_MS = 500

/** Starts a tap without a shell, in its own process group, with nothing of our environment. The caller awaits `done` or calls `stop`. */
export const startTap = (setup: TapSetup, args: readonly string[], signal: AbortSignal): TapProcess => {
  signal.throwIfAborted()
  const [executable = '', ...first] = setup.command
  const child = spawn(executable, [...first, ...args], {
    cwd: setup.folder,
    env: tapEnvironment(executable, setup.folder),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    shell: false,
  })
  const log = createTapLog(setup.log, setup.redact)
  child.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text))
  let stopped = false
  let over = false
  let killer: NodeJS.Timeout | undefined
  const end = (): void => {
    if (killer !== undefined || over) return
    // The id of an ended group may belong to another by now.
    const runs = child.exitCode === null && child.signalCode === null
    if (runs) killGroup(child, 'SIGTERM')
    killer = setTimeout(() => {
      if (runs) killGroup(child, 'SIGKILL')
      // A process that left the group would keep the pipe open, and delay the `close` event, for as long as it lives.
      child.stderr.destroy()
    }, GRACE_MS)
    // The same applies to output that no one reads.
    child.stdout.destroy()
  }
  signal.addEventListener('abort', end, { once: true })
  // What a tap started and left behind would keep its pipes open.
  child.once('exit', () => killGroup(child, 'SIGKILL'))
  const closed = new Promise<Failure | null>((resolve) => {
    child.once('error', (cause) => resolve(new Failure('TAP_FAILED', `the tap could not be started: ${codeOf(cause)}`, { cause })))
    child.once('close', (code, signalName) => {
      log.end()
      resolve(code === 0 ? null : toTapFailure(code === null ? String(signalName) : `exit code ${code}`, log.tail))
    })
  }).finally(() => {
    over = true
    clearTimeout(killer)
    signal.removeEventListener('abort', end)
  })
  const finish = async (): Promise<void> => {
    const failure = await closed
    if (stopped) return
    if (signal.aborted) throw new Failure('CANCELLED', 'the tap was ended')
    if (failure !== null) throw failure
  }
  const done = finish()
  done.catch(() => undefined)
  return {
    stdout: child.stdout,
    done,
    tail: log.tail,
    onSign: (listener) => void child.stderr.on('data', listener),
    async stop() {
      stopped = true
      end()
      await closed
    },
  }
}

const codeOf = (cause: Error): string => ('code' in cause ? String(cause.code) : cause.message)

const killGroup = (child: ChildProcess, name: NodeJS.Signals): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch {
    // The group has already ended.
  }
}

const PATH = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/opt/local/bin'

/** Returns the complete environment of a tap, with nothing of the worker's own, which contains its keys and database. Pure. */
const tapEnvironment = (executable: string, folder: string): Readonly<Record<string, string>> => ({
  // A tap in a virtual environment starts programs installed next to it.
  PATH: `${path.dirname(executable)}:${PATH}`,
  HOME: folder,
  TMPDIR: folder,
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  PYTHONUNBUFFERED: '1',
  PYTHONDONTWRITEBYTECODE: '1',
})
