import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface MemorySample {
  readonly atMs: number
  readonly bytes: number
}

/** Notes the resident memory of a process every 100 ms until stopped. */
export const sampleMemory = (pid: number): { stop(): readonly MemorySample[] } => {
  const samples: MemorySample[] = []
  const started = performance.now()
  const timer = setInterval(() => {
    const bytes = residentBytes(pid)
    if (bytes > 0) samples.push({ atMs: performance.now() - started, bytes })
  }, 100)
  return {
    stop() {
      clearInterval(timer)
      return samples
    },
  }
}

const residentBytes = (pid: number): number => {
  try {
    if (process.platform === 'linux') return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024
  } catch {
    return 0
  }
}
