import { spawnSync } from 'node:child_process'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DataFolder } from './data-folder.js'

interface RunFile {
  readonly supervisor: number
  /** When the supervisor began, as the system says it: process ids are used again. */
  readonly startedAt: string
  readonly url: string
  readonly children: readonly Started[]
}

/** A process by its id and its beginning. */
interface Started {
  readonly pid: number
  readonly startedAt: string
}

interface RunState {
  readonly url: string
  /** Ids of processes that were just started, or were given before. */
  readonly children: readonly number[]
}

/** Says who runs from a data folder, so that two do not, and so that what a killed one left behind is ended. */
export interface RunLock {
  update(state: RunState): void
  release(): void
}

const CHOOSING = { url: 'an address it is still choosing', children: [] }
const ATTEMPTS = 20
const CONFIRM_AFTER_MS = 100

/**
 * Takes the lock of a folder, which exists. Of several that try at the same moment exactly one succeeds. Throws with the address when an
 * installation already runs from this folder.
 */
export const takeRunLock = async ({ path: folder }: Pick<DataFolder, 'path'>): Promise<RunLock> => {
  const file = path.join(folder, 'running.json')
  const own = `${file}.${process.pid}`
  // Asked once, while it surely is ours.
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
      // Only the one that moves the file away may continue: to remove it could take the lock of one that was faster.
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
  // Who found an old file in it may have moved this one away, and given it back unless another was faster.
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

/** Makes the file, whole from its first moment, unless it is there. */
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

/** Whether it worked; false when it failed with this code. */
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

/** Whether who wrote the file still runs. */
const isHolder = ({ supervisor, startedAt }: RunFile): boolean => lives({ pid: supervisor, startedAt })

/** Whether this very process runs: another may have got its id since. */
const lives = ({ pid, startedAt }: Started): boolean =>
  Number.isSafeInteger(pid) && pid > 0 && typeof startedAt === 'string' && startedAt !== '' && startedAt === startOf(pid)

const ps = (pid: number, what: string): string => spawnSync('ps', ['-p', String(pid), '-o', `${what}=`], { encoding: 'utf8' }).stdout?.trim() ?? ''

/** When a process began; empty for none. The clock of the machine may be set meanwhile, so it is a name rather than a time where that is to be had. */
const startOf = (pid: number): string => {
  try {
    // Field 22 of proc(5): in ticks since the machine started. What comes before may hold blanks and brackets.
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
