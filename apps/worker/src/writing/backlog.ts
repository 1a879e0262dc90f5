import { sleep } from '@inlet/runtime'

/** What all workers together have forwarded and the scribe has not stored yet. */
export interface Backlog {
  /** Takes its size in bytes, as read with a heartbeat. */
  report(bytes: number): void
  /** Waits while the last reported size is over the budget. */
  untilWithinBudget(signal: AbortSignal): Promise<void>
  readonly full: boolean
  readonly bytes: number
}

const LOOK_MS = 100

export const createBacklog = (maxBytes: number): Backlog => {
  let bytes = 0
  return {
    report(reported) {
      bytes = reported
    },
    async untilWithinBudget(signal) {
      while (bytes > maxBytes) await sleep(LOOK_MS, signal)
    },
    get full() {
      return bytes > maxBytes
    },
    get bytes() {
      return bytes
    },
  }
}
