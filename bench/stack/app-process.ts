import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export type App = 'api' | 'worker' | 'scribe'

/** One of our processes as built (dist). */
export interface AppProcess {
  readonly name: string
  readonly app: App
  readonly pid: number
  readonly failed: () => boolean
  log(): string
  /** SIGTERM, then SIGKILL after 30 s. */
  stop(): Promise<void>
}

/** Starts a process; with a profile folder it, and each child of it, writes a .cpuprofile there when it stops. */
export const startApp = (options: {
  readonly app: App
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
  readonly profileFolder: string | null
}): AppProcess => {
  const script = fileURLToPath(new URL(`../../apps/${options.app}/dist/main.js`, import.meta.url))
  const profile = options.profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(options.profileFolder, options.name)}`]
  const log = openSync(options.logFile, 'a')
  const child = spawn(process.execPath, [...profile, script], { env: { ...options.env }, stdio: ['ignore', log, log] })
  closeSync(log)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null
  const killWithParent = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithParent)
  return {
    name: options.name,
    app: options.app,
    pid: child.pid ?? 0,
    failed: ended,
    log: () => readFileSync(options.logFile, 'utf8'),
    async stop() {
      if (!ended()) child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
      await exited
      clearTimeout(timer)
      process.off('exit', killWithParent)
    },
  }
}
