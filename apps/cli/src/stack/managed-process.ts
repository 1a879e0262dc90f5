import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fchmodSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type ProcessExit, SETTINGS_EXIT } from './process-exit.js'

export interface ManagedProcessOptions {
  readonly name: string
  readonly app: 'api' | 'worker' | 'scribe'
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
  /** Called when it ended by itself; it is restarted unless it refuses its settings. */
  readonly onExit: (exit: ProcessExit) => void
  /** Called with every new process id. */
  readonly onStart: (pid: number) => void
}

/** One of our processes, restarted when it dies. `stop` ends it with SIGTERM, after 25 s with SIGKILL. */
export interface ManagedProcess {
  readonly name: string
  readonly pid: number | undefined
  stop(): Promise<void>
}

const MAX_PAUSE_MS = 10_000

/** Starts a process from the same build (dist or sources) that this code runs from. The caller stops it. */
export const startProcess = (options: ManagedProcessOptions): ManagedProcess => {
  const fromSource = import.meta.url.includes('/src/')
  const script = fileURLToPath(new URL(`../../../${options.app}/${fromSource ? 'src/main.ts' : 'dist/main.js'}`, import.meta.url))
  let stopping = false
  let child: ChildProcess
  let pause = 250
  const launch = (): void => {
    const log = openSync(options.logFile, 'a', 0o600)
    // Applies to a file created by an earlier version too.
    fchmodSync(log, 0o600)
    const logStart = fstatSync(log).size
    // detached: otherwise Ctrl-C in a terminal would reach every process of the group, and the order of shutdown would be lost.
    child = spawn(process.execPath, [...(fromSource ? process.execArgv : []), script, ...(options.args ?? [])], {
      env: { ...options.env },
      stdio: ['ignore', log, log],
      detached: true,
    })
    closeSync(log)
    if (child.pid !== undefined) options.onStart(child.pid)
    const startedAt = Date.now()
    child.once('exit', (code, signal) => {
      if (stopping) return
      const { name, logFile } = options
      options.onExit({ name, code, signal, logFile, lastLines: lastLines(logFile, logStart) })
      if (code === SETTINGS_EXIT) return
      pause = Date.now() - startedAt > 30_000 ? 250 : Math.min(pause * 2, MAX_PAUSE_MS)
      setTimeout(() => stopping || launch(), pause)
    })
  }
  launch()
  // Detached children outlive a supervisor that exits at once, unless it kills them.
  const endWithParent = (): void => void child.kill('SIGKILL')
  process.once('exit', endWithParent)
  return {
    name: options.name,
    get pid() {
      return child.pid
    },
    async stop() {
      stopping = true
      process.off('exit', endWithParent)
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const late = new AbortController()
      await Promise.race([exited, delay(25_000, undefined, { signal: late.signal }).catch(() => {})])
      late.abort()
      child.kill('SIGKILL')
    },
  }
}

/** Returns its last lines only: the file also contains those of processes before it. */
const lastLines = (file: string, start: number): string => readFileSync(file).subarray(start).toString().trimEnd().split('\n').slice(-8).join('\n')
