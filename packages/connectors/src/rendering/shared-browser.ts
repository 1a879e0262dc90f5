import { readFile } from 'node:fs/promises'
import { type ConnectorLog, Failure } from '@inlet/connector-sdk'
import { type Launching, type LaunchOptions, launchBrowser, type RunningBrowser } from './running-browser.js'

/** Holds the one browser that new pages are opened in. A browser that is to be replaced ends when its last page is closed. */
export interface SharedBrowser {
  /** Returns the browser, counting one more page; `release` must follow. Starts it if necessary. Throws BROWSER_NOT_INSTALLED, BROWSER_UNUSABLE. */
  acquire(): Promise<RunningBrowser>
  release(running: RunningBrowser): void
  /** Counts a page that was shown. */
  countPage(running: RunningBrowser): void
  /** Opens no more pages in this browser, which no longer works. */
  giveUp(running: RunningBrowser): void
  /** Whether pages of this browser should be closed instead of reused. */
  isRetired(running: RunningBrowser): boolean
  readonly started: number
  /** Ends all browsers; the next `acquire` starts another. */
  close(): Promise<void>
}

interface Instance {
  readonly launching: Launching
  running?: RunningBrowser
  users: number
  shown: number
  retired: boolean
  watch?: NodeJS.Timeout
}

export interface SharedBrowserOptions {
  readonly launchOptions: () => Promise<LaunchOptions>
  readonly maxMemoryBytes: number
  readonly maxPages: number
  readonly log: ConnectorLog
}

const WATCH_MS = 1_000
/** Above the limit times this, the largest page is ended at once. */
const KILL_FACTOR = 1.5

export const createSharedBrowser = ({ launchOptions, maxMemoryBytes, maxPages, log }: SharedBrowserOptions): SharedBrowser => {
  const all = new Set<Instance>()
  let current: Promise<Instance> | undefined
  let epoch = 0
  let started = 0

  const start = async (): Promise<Instance> => {
    const options = await launchOptions()
    const instance: Instance = { launching: launchBrowser(options), users: 0, shown: 0, retired: false }
    all.add(instance)
    try {
      const running = (instance.running = await instance.launching.ready)
      started++
      running.browser.once('disconnected', () => retire(instance, 'it ended by itself'))
      instance.watch = setInterval(() => void watchMemory(instance, running), WATCH_MS)
      instance.watch.unref()
      log.debug({ version: running.browser.version(), sandbox: options.sandbox }, 'the browser was started')
      return instance
    } catch (error) {
      await end(instance)
      throw error
    }
  }
  const end = async (instance: Instance): Promise<void> => {
    clearInterval(instance.watch)
    instance.retired = true
    await instance.launching.close()
    all.delete(instance)
  }
  const retire = (instance: Instance, why: string): void => {
    if (instance.retired) return
    instance.retired = true
    log.info({ why, pages: instance.shown }, 'the browser is replaced')
    current = undefined
    if (instance.users === 0) void end(instance)
  }
  const watchMemory = async (instance: Instance, running: RunningBrowser): Promise<void> => {
    const processes = await running.processes()
    const memory = await measureMemory(processes.map(({ pid }) => pid))
    const bytes = memory.reduce((sum, each) => sum + each.bytes, 0)
    if (bytes <= maxMemoryBytes || !all.has(instance)) return
    retire(instance, `it uses ${Math.round(bytes / 1024 ** 2)} MiB`)
    if (bytes <= maxMemoryBytes * KILL_FACTOR) return
    const renderers = new Set(processes.flatMap(({ pid, renderer }) => (renderer ? [pid] : [])))
    const largest = memory.filter(({ pid }) => renderers.has(pid)).sort((a, b) => b.bytes - a.bytes)[0]
    if (largest === undefined) return
    log.warn({ bytes: largest.bytes }, 'a page uses too much memory and is ended')
    killProcess(largest.pid)
  }
  const instanceOf = (running: RunningBrowser): Instance | undefined => [...all].find((instance) => instance.running === running)

  return {
    async acquire() {
      for (;;) {
        const before = epoch
        const starting = (current ??= start())
        const instance = await starting.catch((error: unknown) => {
          if (current === starting) current = undefined
          throw error
        })
        if (epoch !== before) throw new Failure('CANCELLED', 'the browser was closed')
        if (instance.retired || instance.running === undefined) {
          if (current === starting) current = undefined
          continue
        }
        instance.users++
        return instance.running
      }
    },
    release(running) {
      const instance = instanceOf(running)
      if (instance === undefined) return
      instance.users--
      if (instance.retired && instance.users === 0) void end(instance)
    },
    countPage(running) {
      const instance = instanceOf(running)
      if (instance !== undefined && ++instance.shown >= maxPages) retire(instance, `it has shown ${instance.shown} pages`)
    },
    giveUp(running) {
      const instance = instanceOf(running)
      if (instance !== undefined) retire(instance, 'it opens no page')
    },
    isRetired: (running) => instanceOf(running)?.retired ?? true,
    get started() {
      return started
    },
    async close() {
      epoch++
      const starting = current
      current = undefined
      // A browser whose launch has not begun yet cannot be ended before.
      if (starting !== undefined && all.size === 0) await starting.catch(() => undefined)
      await Promise.all([...all].map(end))
    },
  }
}

const killProcess = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has already ended.
  }
}

interface ProcessMemory {
  readonly pid: number
  readonly bytes: number
}

const PAGE_BYTES = 4_096

/** Measures the memory that these processes do not share with others, in the given order; 0 where it is unknown, e.g. on systems other than Linux. */
const measureMemory = (pids: readonly number[]): Promise<ProcessMemory[]> =>
  Promise.all(pids.map(async (pid) => ({ pid, bytes: await readFile(`/proc/${pid}/statm`, 'utf8').then(privateBytes, () => 0) })))

/** Parses /proc/<pid>/statm: resident pages without shared ones. */
const privateBytes = (statm: string): number => {
  const [, resident = 0, shared = 0] = statm.split(' ').map(Number)
  return Math.max(0, resident - shared) * PAGE_BYTES
}
