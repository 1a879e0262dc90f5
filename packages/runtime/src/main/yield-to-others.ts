import os from 'node:os'

/** Niceness of processes that read and store: while the CPUs are busy, the API answers first. */
export const BACKGROUND = 5
/** Niceness of work that even those wait for. */
export const LAST = 14

/**
 * Lowers the priority of a process; never raises it. Other processes then get most of a CPU that several want, and nothing changes while one is free.
 *
 * @param niceness as of `nice`, 1 to 19. Not every system supports it, and nothing depends on it.
 */
export const yieldToOthers = (pid: number, niceness: number): void => {
  try {
    os.setPriority(pid, Math.max(niceness, os.getPriority(pid)))
  } catch {
    // It then works with its present priority.
  }
}
