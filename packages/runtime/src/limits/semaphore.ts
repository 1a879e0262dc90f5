import { createByteBudget } from './byte-budget.js'

export interface Semaphore {
  readonly used: number
  readonly waiting: number
  /** Waits for a free slot and gives the function that frees it. Rejects with the reason of the signal when that aborts first. */
  acquire(signal?: AbortSignal): Promise<() => void>
}

/** `slots` places, handed out first come, first served. */
export const createSemaphore = (slots: number): Semaphore => {
  const budget = createByteBudget(slots)
  return {
    get used() {
      return budget.used
    },
    get waiting() {
      return budget.waiting
    },
    acquire: (signal) => budget.acquire(1, signal),
  }
}
