import { sleep } from '@inlet/runtime'

/** Holds producers back while more bytes wait for the scribe, over all workers, than the budget allows. */
export interface BacklogGate {
  /** Tells the size of the backlog, as read with a heartbeat. */
  report(backlogBytes: number): void
  /** Waits while the last report was over the budget. */
  pass(signal: AbortSignal): Promise<void>
  readonly closed: boolean
  readonly backlogBytes: number
}

const LOOK_MS = 100

export const createBacklogGate = (maxBytes: number): BacklogGate => {
  let backlogBytes = 0
  return {
    report(bytes) {
      backlogBytes = bytes
    },
    async pass(signal) {
      while (backlogBytes > maxBytes) await sleep(LOOK_MS, signal)
    },
    get closed() {
      return backlogBytes > maxBytes
    },
    get backlogBytes() {
      return backlogBytes
    },
  }
}
