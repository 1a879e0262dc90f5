import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const PREFIX = 'inlet-chromium-'

/** Creates a folder for everything a browser writes, named after this process. */
export const createProfileFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`))

/** Removes the folders of processes that were killed before they could. */
export const removeStaleProfiles = async (): Promise<void> => {
  const names = await readdir(tmpdir()).catch(() => [])
  await Promise.all(names.filter((name) => name.startsWith(PREFIX)).map(removeIfStale))
}

const removeIfStale = async (name: string): Promise<void> => {
  const folder = path.join(tmpdir(), name)
  const pid = Number(name.slice(PREFIX.length).split('-', 1)[0])
  if (!Number.isInteger(pid)) return
  // In a container, the previous process had the same id.
  const stale = pid === process.pid ? await isOlderThanThisProcess(folder) : !isAlive(pid)
  if (stale) await removeProfile(folder)
}

const isOlderThanThisProcess = async (folder: string): Promise<boolean> => {
  const found = await stat(folder).catch(() => null)
  return found !== null && found.birthtimeMs < Date.now() - process.uptime() * 1_000
}

export const removeProfile = (folder: string): Promise<void> =>
  // The last processes of the browser may still be writing.
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(() => undefined)

/** Kills the browser that writes to this folder, even one still starting; its other processes end with it. Linux only. */
export const killBrowserOf = (folder: string): void => {
  for (const pid of pidsOf(folder)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has already ended.
    }
  }
}

/** For the exit of this process, when nothing can be awaited. */
export const removeProfileNow = (folder: string): void => {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // The next start removes it.
  }
}

const pidsOf = (folder: string): number[] => {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) && commandOf(name).includes(`--user-data-dir=${folder}`) ? [Number(name)] : []))
  } catch {
    return []
  }
}

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
