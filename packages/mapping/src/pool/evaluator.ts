import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The result for one input: JSON text, or why there is none. */
export type Output = { readonly json: string } | { readonly code: string; readonly message: string }

/**
 * - `answered`: outputs of the first inputs, at least one; the rest was not evaluated.
 * - `timeout`, `died`: the process is gone; `at` is the input it had reached, null if it had not begun.
 */
export type Evaluated =
  | { readonly end: 'answered'; readonly outputs: readonly Output[] }
  | { readonly end: 'timeout' | 'died'; readonly at: number | null }

export interface EvaluatorOptions {
  /** For one record, in ms. */
  readonly timeoutMs: number
  /** The heap of the process, in MiB. */
  readonly memoryMb: number
}

/** One process that evaluates expressions and can be killed; a new one starts when the last is gone. */
export interface Evaluator {
  /** One call at a time. */
  evaluate(expression: string, inputs: readonly string[]): Promise<Evaluated>
  /** Kills the process. */
  close(): void
}

const START_MS = 20_000
const PROGRESS_FD = 4
const CPU_SECONDS = 60
const CHILD = realpathSync(fileURLToPath(new URL('../../subprocess/evaluate.mjs', import.meta.url)))
const LIBRARY = realpathSync(createRequire(import.meta.url).resolve('jsonata'))
/** Node 20 has the permission model under its first name. */
const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'

/** Starts no process before the first call. The caller closes it. */
export const createEvaluator = ({ timeoutMs, memoryMb }: EvaluatorOptions): Evaluator => {
  let running: Running | undefined

  const ensure = async (): Promise<Running> => {
    if (running?.alive() !== true) running = start(timeoutMs, memoryMb)
    await running.ready
    return running
  }

  return {
    async evaluate(expression, inputs) {
      const child = await ensure()
      child.hold(true)
      try {
        return await child.ask({ expression, inputs }, timeoutMs)
      } finally {
        child.hold(false)
      }
    },
    close() {
      running?.kill()
      running = undefined
    },
  }
}

interface Running {
  readonly ready: Promise<void>
  alive(): boolean
  /** Sets whether it keeps this process alive. */
  hold(held: boolean): void
  ask(request: object, timeoutMs: number): Promise<Evaluated>
  kill(): void
}

const nodeFlags = (memoryMb: number): readonly string[] => [
  PERMISSION,
  `--allow-fs-read=${CHILD}`,
  `--allow-fs-read=${LIBRARY}`,
  `--max-old-space-size=${memoryMb}`,
  '--disallow-code-generation-from-strings',
  '--disable-proto=delete',
  '--no-warnings',
]

/**
 * Wraps the command in operating system limits where possible: a process whose parent was killed while it evaluates does not notice,
 * and ends after a minute of CPU time. One that has used that much for many records is replaced like any that dies.
 */
const limited = (command: string, args: readonly string[]): [command: string, args: readonly string[]] =>
  process.platform === 'win32' ? [command, args] : ['/bin/sh', ['-c', `ulimit -c 0; ulimit -t ${CPU_SECONDS}; exec "$0" "$@"`, command, ...args]]

const start = (timeoutMs: number, memoryMb: number): Running => {
  // A folder of its own, so that even a relative path leads nowhere; removed at once, because the process is in it.
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-mapping-'))
  const child = spawn(...limited(process.execPath, [...nodeFlags(memoryMb), CHILD, LIBRARY, String(timeoutMs)]), {
    cwd: folder,
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
  })
  const state: State = { begun: 0, gone: false, onProgress: () => {}, onEnd: () => {} }
  const progress = child.stdio[PROGRESS_FD] as Socket
  progress.on('data', (bytes: Buffer) => {
    state.begun += bytes.length
    state.onProgress()
  })
  progress.on('error', () => {})
  child.on('message', (message: object) => state.onEnd({ message }))
  child.on('error', () => {})
  // "close" follows the last byte of progress; "exit" may precede it.
  child.on('close', () => {
    state.gone = true
    state.onEnd({ closed: true })
  })

  const ready = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS)
    state.onEnd = (end) => {
      clearTimeout(late)
      rmdirSync(folder)
      state.onEnd = () => {}
      if ('closed' in end) reject(new Error('the process that evaluates mappings did not start'))
      else resolve()
    }
  })

  return {
    ready,
    alive: () => !state.gone,
    hold(held) {
      for (const each of [child, child.channel, progress]) {
        if (held) each?.ref()
        else each?.unref()
      }
    },
    ask: (request, limitMs) => ask({ child, state, request, limitMs }),
    kill: () => void child.kill('SIGKILL'),
  }
}

type Ended = { readonly message: object } | { readonly closed: true }

interface State {
  /** Records begun since the last request. */
  begun: number
  gone: boolean
  onProgress: () => void
  onEnd: (end: Ended) => void
}

interface Asking {
  readonly child: ChildProcess
  readonly state: State
  readonly request: object
  readonly limitMs: number
}

const ask = ({ child, state, request, limitMs }: Asking): Promise<Evaluated> =>
  new Promise((resolve) => {
    state.begun = 0
    let timedOut = false
    const timer = setTimeout(() => {
      const { begun } = state
      // First handles what has arrived in the meantime: this process itself may have been held up.
      setImmediate(() => {
        if (state.begun > begun || state.onEnd !== onEnd) return
        timedOut = true
        child.kill('SIGKILL')
      })
    }, limitMs)
    const onEnd = (end: Ended): void => {
      clearTimeout(timer)
      state.onProgress = () => {}
      state.onEnd = () => {}
      if ('message' in end) resolve({ end: 'answered', outputs: (end.message as { outputs: readonly Output[] }).outputs })
      else resolve({ end: timedOut ? 'timeout' : 'died', at: state.begun === 0 ? null : state.begun - 1 })
    }
    // Each record gets the full time, however many came before it.
    state.onProgress = () => void timer.refresh()
    state.onEnd = onEnd
    if (state.gone) onEnd({ closed: true })
    else child.send(request, () => {})
  })
