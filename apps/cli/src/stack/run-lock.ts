import { spawnSync } from 'node:child_process'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DataFolder } from './data-folder.js'

interface RunFile {
  readonly supervisor: number
  /** When the supervisor began, as reported by the system: process ids are reused. */
  readonly startedAt: string
  readonly url: string
  readonly children: readonly Started[]
}

/** A process, identified by its id and start. */
interface Started {
  readonly pid: number
  readonly startedAt: string
}

interface RunState {
  readonly url: string
  /** Ids of processes that were just started, or were passed before. */
  readonly children: readonly number[]
}

/** Records which process runs from a data folder, so that no two do, and so that leftovers of a killed one are ended. */
export interface RunLock {
  update(state: RunState): void
  release(): void
}

const CHOOSING = { url: 'an address it is still choosing', children: [] }
const ATTEMPTS = 20
const CONFIRM_AFTER_MS = 100

/**
 * Takes the lock of an existing folder. Of several simultaneous attempts exactly one succeeds. Throws with the address when an installation already
 * runs from this folder. The caller releases it.
 */
export const acquireRunLock = async ({ path: folder }: Pick<DataFolder, 'path'>): Promise<RunLock> => {
  const file = path.join(folder, 'running.json')
  const own = `${file}.${process.pid}`
  // Looked up once, while the id is certainly ours.
  const known = new Map<number, Started>()
  const text = ({ url, children }: RunState): string => {
    for (const pid of children) if (!known.has(pid)) known.set(pid, { pid, startedAt: startOf(pid) })
    const file: RunFile = { supervisor: process.pid, startedAt: startOf(process.pid), url, children: children.flatMap((pid) => known.get(pid) ?? []) }
    return JSON.stringify(file)
  }
  const leftovers: Started[] = []
  try {
    for (let attempt = 1; !take(file, own, text(CHOOSING)); attempt++) {
      const before = readRunFile(file)
      if (before !== null && isHolder(before)) throw alreadyRuns(folder, before.url)
      if (attempt === ATTEMPTS) throw alreadyRuns(folder, CHOOSING.url)
      // Only the process that moves the file away may continue: deleting it could remove the lock of a faster one.
      const moved = `${own}.stale`
      if (!moveAway(file, moved)) continue
      const stale = readRunFile(moved)
      if (stale !== null && isHolder(stale)) {
        restore(moved, file)
        throw alreadyRuns(folder, stale.url)
      }
      leftovers.push(...(Array.isArray(stale?.children) ? stale.children : []))
      rmSync(moved, { force: true })
    }
  } finally {
    rmSync(own, { force: true })
  }
  // A process that found an old file here may have moved this one away, and restored it unless another was faster.
  await delay(CONFIRM_AFTER_MS)
  const now = readRunFile(file)
  if (now?.supervisor !== process.pid) throw alreadyRuns(folder, now?.url ?? CHOOSING.url)
  await endLeftovers(leftovers)
  return {
    update(state) {
      writeFileSync(own, text(state), { mode: 0o600 })
      renameSync(own, file)
    },
    release: () => rmSync(file, { force: true }),
  }
}

const alreadyRuns = (folder: string, url: string): Error =>
  new Error(`Inlet already runs from ${folder} at ${url}; stop it first (Ctrl-C there), or choose another folder with --data`)

/** Creates the file, complete from its first moment, unless it exists. */
const take = (file: string, own: string, text: string): boolean => {
  rmSync(own, { force: true })
  const handle = openSync(own, 'wx', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  return unless('EEXIST', () => linkSync(own, file))
}

const moveAway = (file: string, to: string): boolean => unless('ENOENT', () => renameSync(file, to))

const restore = (from: string, file: string): void => {
  unless('EEXIST', () => linkSync(from, file))
  rmSync(from, { force: true })
}

/** Returns true on success; false on failure with this code. */
const unless = (code: string, work: () => void): boolean => {
  try {
    work()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return false
    throw error
  }
}

const readRunFile = (file: string): RunFile | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunFile
  } catch {
    return null
  }
}

/** Whether the process that wrote the file is still running. */
const isHolder = ({ supervisor, startedAt }: RunFile): boolean => lives({ pid: supervisor, startedAt })

/** Whether this very process is running: another one may have its id by now. */
const lives = ({ pid, startedAt }: Started): boolean =>
  Number.isSafeInteger(pid) && pid > 0 && typeof startedAt === 'string' && startedAt !== '' && startedAt === startOf(pid)

const ps = (pid: number, what: string): string => spawnSync('ps', ['-p', String(pid), '-o', `${what}=`], { encoding: 'utf8' }).stdout?.trim() ?? ''

/**
 * Identifies when a process began; empty if it does not exist. The machine's clock may be changed meanwhile, so this is an opaque name rather than a
 * time if the system provides one.
 */
const startOf = (pid: number): string => {
  try {
    // Field 22 of proc(5): ticks since the machine started. The fields before it may contain blanks and parentheses.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19] ?? ''}`
  } catch {
    return ps(pid, 'lstart')
  }
}

const endLeftovers = async (processes: readonly Started[]): Promise<void> => {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    for (const { pid } of processes.filter(lives)) process.kill(pid, signal)
    for (let waited = 0; waited < 8_000 && processes.some(lives); waited += 200) await delay(200)
  }
}
