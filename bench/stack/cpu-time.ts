import { readFileSync } from 'node:fs'

/** Hz of /proc on Linux. */
const TICKS_A_SECOND = 100

/** Seconds of processor time a process has used; NaN where the system does not say. A figure that other work on the machine hardly changes. */
export const readCpuSeconds = (pid: number): number => {
  const { user, system } = readTimes(pid)
  return user + system
}

/** The same of a process with all its children, those that have ended and were waited for included. */
export const readTreeCpuSeconds = (pid: number): number => {
  const { user, system, ended } = readTimes(pid)
  return childrenOf(pid).reduce((sum, child) => sum + (readTreeCpuSeconds(child) || 0), user + system + ended)
}

/** Processor seconds of the ended children of a process, with theirs. */
export const readEndedCpuSeconds = (pid: number): number => readTimes(pid).ended

/** The children of a process; empty where the system does not say. */
export const childrenOf = (pid: number): readonly number[] => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

const readTimes = (pid: number): { user: number; system: number; ended: number } => {
  try {
    // The name of the program stands in brackets and may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    const seconds = (at: number): number => Number(fields[at]) / TICKS_A_SECOND
    return { user: seconds(11), system: seconds(12), ended: seconds(13) + seconds(14) }
  } catch {
    return { user: Number.NaN, system: Number.NaN, ended: 0 }
  }
}
