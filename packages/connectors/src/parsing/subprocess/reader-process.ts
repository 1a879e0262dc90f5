import { type ChildProcess, fork } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure, type Reason } from '@inlet/connector-sdk'

/** A file with random access. */
export interface RandomAccess {
  readonly size: number
  /** Reads from `start` up to `end`, exclusive; fewer bytes only at the end of the file. */
  readAt(start: number, end: number): Promise<Buffer>
}

export interface ReadingJob {
  readonly kind: 'pdf' | 'parquet'
  readonly file: RandomAccess
  readonly options?: Readonly<Record<string, number>>
  readonly signal: AbortSignal
}

/** Reads files that need long uninterrupted work, or much memory, in subprocesses. */
export interface ReaderProcesses extends AsyncDisposable {
  /**
   * Yields the file as lines of JSON, in pieces that end with a line break. Throws FILE_UNREADABLE and FILE_TOO_LARGE, including when the process
   * runs out of memory or time, and what reading the bytes throws. When the reader stops early, the process ends.
   */
  lines(job: ReadingJob): AsyncGenerator<string, void, void>
}

type Message =
  | { readonly start: number; readonly end: number }
  | { readonly text: string }
  | { readonly end: true }
  | { readonly failure: { readonly reason: Reason; readonly message: string } }

const MEMORY_MB = 1024
/** Limit between two messages of the process. */
const ANSWER_MS = 60_000
/** How long an idle process is kept. */
const IDLE_MS = 10_000

/** Starts nothing yet. The caller disposes it. */
export const createReaderProcesses = (): ReaderProcesses => {
  let idle: { readonly child: ChildProcess; readonly timer: NodeJS.Timeout } | undefined
  const all = new Set<ChildProcess>()

  const take = (): ChildProcess => {
    if (idle !== undefined) {
      clearTimeout(idle.timer)
      const { child } = idle
      idle = undefined
      if (child.connected) return child
    }
    const child = start()
    all.add(child)
    child.once('exit', () => all.delete(child))
    return child
  }
  const release = (child: ChildProcess): void => {
    if (idle !== undefined || !child.connected) return void child.kill('SIGKILL')
    const timer = setTimeout(() => child.kill('SIGKILL'), IDLE_MS)
    timer.unref()
    child.unref()
    child.channel?.unref()
    idle = { child, timer }
  }

  return {
    async *lines(job) {
      job.signal.throwIfAborted()
      const child = take()
      child.ref()
      child.channel?.ref()
      let done = false
      try {
        yield* converse(child, job)
        done = true
      } finally {
        if (done) release(child)
        else child.kill('SIGKILL')
      }
    },
    [Symbol.asyncDispose]: () => {
      if (idle !== undefined) clearTimeout(idle.timer)
      for (const child of all) child.kill('SIGKILL')
      return Promise.resolve()
    },
  }
}

async function* converse(child: ChildProcess, { kind, file, options = {}, signal }: ReadingJob): AsyncGenerator<string, void, void> {
  const answers = listen(child, signal)
  try {
    child.send({ job: { kind, size: file.size, options } })
    for (;;) {
      const message = await answers.next()
      if ('failure' in message) throw new Failure(message.failure.reason, message.failure.message)
      if ('text' in message) {
        yield message.text
        child.send({ more: true })
      } else if ('start' in message) child.send({ bytes: await file.readAt(message.start, message.end) })
      else return
    }
  } finally {
    answers.close()
  }
}

/** One message at a time: the process waits for a reply before it sends another. */
const listen = (child: ChildProcess, signal: AbortSignal): { next(): Promise<Message>; close(): void } => {
  const waiting: { message?: Message; failure?: unknown; wake?: () => void } = {}
  const wake = (): void => waiting.wake?.()
  const onMessage = (message: unknown): void => {
    waiting.message = message as Message
    wake()
  }
  const onExit = (): void => {
    waiting.failure ??= new Failure('FILE_UNREADABLE', `the process that read the file died; it may use at most ${MEMORY_MB} MiB of memory`)
    wake()
  }
  const onAbort = (): void => {
    waiting.failure ??= signal.reason
    wake()
  }
  child.on('message', onMessage).once('exit', onExit).once('error', onExit)
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    async next() {
      for (const until = performance.now() + ANSWER_MS; ; ) {
        if (waiting.failure !== undefined) throw waiting.failure
        const { message } = waiting
        delete waiting.message
        if (message !== undefined) return message
        if (performance.now() >= until) throw new Failure('FILE_UNREADABLE', `the file was not read within ${ANSWER_MS / 1000} s`)
        let timer: NodeJS.Timeout | undefined
        await new Promise<void>((resolve) => {
          waiting.wake = resolve
          timer = setTimeout(resolve, until - performance.now())
        })
        clearTimeout(timer)
      }
    },
    close() {
      child.off('message', onMessage).off('exit', onExit).off('error', onExit)
      signal.removeEventListener('abort', onAbort)
    },
  }
}

/** Node 20 has the permission model under its first name. */
const permissionFlag = (): string => (process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission')

/** Starts a process without our environment that can read nothing but its own code. */
const start = (): ChildProcess => {
  const script = realpathSync(fileURLToPath(new URL('../../../subprocess/read.mjs', import.meta.url)))
  const { resolve } = createRequire(import.meta.url)
  const libraries = {
    // The predefined character maps that a PDF reader must provide (ISO 32000-1, 9.7.5.2) come with the library that unpdf bundles, not with unpdf.
    cmaps: path.join(path.dirname(resolve('pdfjs-dist/package.json')), 'cmaps', 'LICENSE'),
    unpdf: path.join(path.dirname(resolve('unpdf')), 'index.mjs'),
    hyparquet: resolve('hyparquet'),
    'hyparquet-schema': resolve('hyparquet/src/schema.js'),
    'hyparquet-compressors': resolve('hyparquet-compressors'),
  }
  const folders = [script, ...Object.values(libraries)].map((file) => {
    const modules = file.lastIndexOf(`${path.sep}node_modules${path.sep}`)
    return modules === -1 ? path.dirname(path.dirname(file)) : file.slice(0, modules + '/node_modules'.length)
  })
  return fork(
    script,
    Object.entries(libraries).map(([name, file]) => `${name}=${file}`),
    {
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [
        permissionFlag(),
        ...[...new Set(folders)].map((folder) => `--allow-fs-read=${folder}${path.sep}*`),
        `--max-old-space-size=${MEMORY_MB}`,
        '--no-warnings',
      ],
    },
  )
}
