import { childrenOf, readCpuSeconds, readTreeCpuSeconds } from './cpu-time.js'
import type { Stack } from './stack.js'

export type CpuByName = Readonly<Record<string, number>>

/** Processor seconds used so far by each kind of process of an installation, its indexer and its servers included. */
export const readStackCpu = (stack: Stack, postgresPid: number): CpuByName => {
  const used: Record<string, number> = {}
  for (const { app, pid } of stack.processes) {
    used[app] = (used[app] ?? 0) + readCpuSeconds(pid)
    if (app === 'scribe') used['indexer'] = childrenOf(pid).reduce((sum, child) => sum + readCpuSeconds(child), 0)
  }
  used['postgres'] = readTreeCpuSeconds(postgresPid)
  if (stack.redisPid !== null) used['redis'] = readCpuSeconds(stack.redisPid)
  return used
}

/** What was used between two readings, as a line of text. */
export const describeCpu = (before: CpuByName, after: CpuByName): string =>
  Object.entries(after)
    .map(([name, now]) => `${name} ${(now - (before[name] ?? 0)).toFixed(1)}`)
    .join(', ')
