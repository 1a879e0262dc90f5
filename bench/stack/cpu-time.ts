import { readFileSync } from 'node:fs'

/** Hz of /proc on Linux. */
const TICKS_A_SECOND = 100

/** Seconds of processor time a process has used; NaN where the system does not say. A figure that other work on the machine hardly changes. */
export const readCpuSeconds = (pid: number): number => {
  try {
    // The name of the program stands in brackets and may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
  } catch {
    return Number.NaN
  }
}
