import { execFileSync } from 'node:child_process'

/** Returns the ids of all live descendants of this process. */
export const descendants = (root = process.pid): ReadonlySet<number> => {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,comm='], { encoding: 'utf8' })
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/))
  const children = new Map<number, number[]>()
  for (const [pid, ppid, stat, command] of rows) {
    if (stat === undefined || stat.startsWith('Z') || command === 'ps') continue
    children.set(Number(ppid), [...(children.get(Number(ppid)) ?? []), Number(pid)])
  }
  const found = new Set<number>()
  const walk = (pid: number): void => {
    for (const child of children.get(pid) ?? []) {
      found.add(child)
      walk(child)
    }
  }
  walk(root)
  return found
}

/** Returns those processes that are still alive, including orphans that now belong to init. */
export const stillAlive = (pids: Iterable<number>): readonly number[] => {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' })
  const alive = new Set(
    text
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, stat]) => stat !== undefined && !stat.startsWith('Z'))
      .map(([pid]) => Number(pid)),
  )
  return [...pids].filter((pid) => alive.has(pid))
}
