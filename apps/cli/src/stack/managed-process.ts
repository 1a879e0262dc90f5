import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface ManagedProcessOptions {
  readonly name: string
  readonly app: 'api' | 'worker' | 'scribe'
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
  readonly onRestart: (message: string) => void
  /** Called with every new process id. */
  readonly onStart: (pid: number) => void
}

/** One of our processes, started again when it dies. `stop` ends it with SIGTERM, after 25 s with SIGKILL. */
export interface ManagedProcess {
  readonly name: string
  readonly pid: number | undefined
  stop(): Promise<void>
}

const SETTINGS_EXIT = 78
const MAX_PAUSE_MS = 10_000

/** Starts a process from the same build (dist or sources) this code runs from. */
export const startProcess = (options: ManagedProcessOptions): ManagedProcess => {
  const fromSource = import.meta.url.includes('/src/')
  const script = fileURLToPath(new URL(`../../../${options.app}/${fromSource ? 'src/main.ts' : 'dist/main.js'}`, import.meta.url))
  let stopping = false
  let child: ChildProcess
  let pause = 250
  const launch = (): void => {
    const log = openSync(options.logFile, 'a')
    // detached: Ctrl-C in a terminal reaches every process of the group, and the order of shutdown would be lost.
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
      if (code === SETTINGS_EXIT) return options.onRestart(`${options.name} refuses its settings:\n${lastLines(options.logFile)}`)
      pause = Date.now() - startedAt > 30_000 ? 250 : Math.min(pause * 2, MAX_PAUSE_MS)
      options.onRestart(`${options.name} ended (${signal ?? `code ${code}`}); starting it again (log: ${options.logFile})`)
      setTimeout(() => stopping || launch(), pause)
    })
  }
  launch()
  // Detached children outlive a supervisor that is made to exit at once, unless it ends them.
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

const lastLines = (file: string): string => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n')
