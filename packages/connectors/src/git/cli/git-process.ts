import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { Failure, toWorkFolderFailure } from '@inlet/connector-sdk'
import { type GitSetup, gitEnvironment } from './git-environment.js'
import { toGitFailure } from './git-failure.js'

export interface GitProcess {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when git succeeded, or after `stop`; rejects with the failure for its stderr, or CANCELLED. */
  readonly done: Promise<void>
  /** Ends git and everything it started, and waits until they have ended. */
  stop(): Promise<void>
}

const STDERR_BYTES = 16 * 1024
/** Git removes its temporary files on SIGTERM; whatever is still running after this time is killed. */
const GRACE_MS = 400

/**
 * Starts git without a shell, in its own process group, hardened as {@link gitEnvironment} describes. Ends with the
 * signal. The caller awaits `done` or calls `stop`.
 */
export const startGit = (setup: GitSetup, args: readonly string[], signal: AbortSignal): GitProcess => {
  signal.throwIfAborted()
  const child = spawn('git', ['--no-pager', ...args], {
    cwd: setup.workDir,
    env: gitEnvironment(setup),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    shell: false,
  })
  const life = watchLife(child, setup, signal)
  // A git that ends early closes its input; its exit code says why.
  child.stdin.on('error', () => undefined)
  life.done.catch(() => undefined)
  return { stdin: child.stdin, stdout: child.stdout, ...life }
}

const watchLife = (child: ChildProcess, setup: GitSetup, signal: AbortSignal): Pick<GitProcess, 'done' | 'stop'> => {
  let stopped = false
  let over = false
  let killer: NodeJS.Timeout | undefined
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_BYTES)
  })
  const end = (): void => {
    if (killer !== undefined || over) return
    // The id of an ended group may belong to another by now.
    const runs = child.exitCode === null && child.signalCode === null
    if (runs) killGroup(child, 'SIGTERM')
    killer = setTimeout(() => {
      if (runs) killGroup(child, 'SIGKILL')
      // A process that left the group would keep the pipe open, and delay the `close` event, for as long as it lives.
      child.stderr?.destroy()
    }, GRACE_MS)
    // The same applies to output that no one reads.
    child.stdout?.destroy()
  }
  signal.addEventListener('abort', end, { once: true })
  const closed = new Promise<Error | null>((resolve) => {
    child.once('error', (cause) => resolve(notStarted(cause, setup)))
    child.once('close', (code) => resolve(code === 0 ? null : toGitFailure(stderr, setup)))
  }).finally(() => {
    over = true
    clearTimeout(killer)
    signal.removeEventListener('abort', end)
    // Helpers such as git-remote-https may outlive git itself.
    if (stopped || signal.aborted) killGroup(child, 'SIGKILL')
  })
  const finish = async (): Promise<void> => {
    const failure = await closed
    if (stopped) return
    if (signal.aborted) throw new Failure('CANCELLED', 'reading the repository was cancelled')
    if (failure !== null) throw failure
  }
  const done = finish()
  return {
    done,
    async stop() {
      stopped = true
      end()
      await closed
    },
  }
}

const killGroup = (child: ChildProcess, name: NodeJS.Signals): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch {
    // The group has already ended.
  }
}

/** Node reports a missing working folder as if the program were missing. */
const notStarted = (cause: Error, { workDir }: GitSetup): Failure => {
  if (!existsSync(workDir)) return toWorkFolderFailure(cause, workDir)
  return 'code' in cause && cause.code === 'ENOENT'
    ? new Failure('GIT_NOT_INSTALLED', 'git is not installed on the worker', { cause })
    : new Failure('INTERNAL', 'git could not be started', { cause })
}
