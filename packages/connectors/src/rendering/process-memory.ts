import { readFile } from 'node:fs/promises'

export interface ProcessMemory {
  readonly pid: number
  readonly bytes: number
}

const PAGE_BYTES = 4_096

/** Memory that these processes do not share with others, in the order given; 0 where it cannot be known, e.g. not on Linux. */
export const measureMemory = (pids: readonly number[]): Promise<ProcessMemory[]> =>
  Promise.all(pids.map(async (pid) => ({ pid, bytes: await readFile(`/proc/${pid}/statm`, 'utf8').then(privateBytes, () => 0) })))

/** Of /proc/<pid>/statm: resident pages without shared ones. */
export const privateBytes = (statm: string): number => {
  const [, resident = 0, shared = 0] = statm.split(' ').map(Number)
  return Math.max(0, resident - shared) * PAGE_BYTES
}
