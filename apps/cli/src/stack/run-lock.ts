import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { DataFolder } from './data-folder.js'

interface RunFile {
  readonly supervisor: number
  readonly url: string
  readonly children: readonly number[]
}

/** Says who runs from a data folder, so that two do not, and so that what a killed one left behind is ended. */
export interface RunLock {
  update(state: Omit<RunFile, 'supervisor'>): void
  release(): void
}

/** Takes the lock. Throws with the address when an installation already runs from this folder. */
export const takeRunLock = async (folder: DataFolder): Promise<RunLock> => {
  const file = folder.file('running.json')
  const before = existsSync(file) ? readRunFile(file) : null
  if (before !== null && isOurs(before.supervisor))
    throw new Error(`Inlet already runs from ${folder.path} at ${before.url}; stop it first (Ctrl-C there), or choose another folder with --data`)
  await endLeftovers((before?.children ?? []).filter((pid) => isOurs(pid)))
  const write = (state: Omit<RunFile, 'supervisor'>): void =>
    writeFileSync(file, JSON.stringify({ supervisor: process.pid, ...state }), { mode: 0o600 })
  write({ url: 'an address it is still choosing', children: [] })
  return { update: write, release: () => rmSync(file, { force: true }) }
}

const readRunFile = (file: string): RunFile | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunFile
  } catch {
    return null
  }
}

/** Whether the process with this id is one of Inlet's: ids are reused by the system. */
const isOurs = (pid: number): boolean => {
  const { stdout } = spawnSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' })
  return /apps[/\\](api|worker|scribe|cli)[/\\]|[/\\]postgres\b/.test(stdout ?? '')
}

const endLeftovers = async (pids: readonly number[]): Promise<void> => {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const alive = pids.filter(isOurs)
    for (const pid of alive) process.kill(pid, signal)
    for (let waited = 0; waited < 8_000 && pids.some(isOurs); waited += 200) await delay(200)
  }
}
