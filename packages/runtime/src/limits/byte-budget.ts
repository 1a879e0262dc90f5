/** A bounded amount of something, handed out first come, first served. */
export interface ByteBudget {
  /** Bytes handed out now; above `max` only while a single oversized request holds everything. */
  readonly used: number
  readonly max: number
  /** Requests waiting. */
  readonly waiting: number
  /**
   * Waits until `bytes` fit and returns the function that gives them back (repeated calls do nothing). A request above the maximum is granted alone,
   * when nothing else is out, so that it cannot wait forever. Rejects with the signal's reason when that aborts first. Throws RangeError for a
   * negative or fractional amount.
   */
  acquire(bytes: number, signal?: AbortSignal): Promise<() => void>
}

interface Waiter {
  readonly bytes: number
  readonly grant: () => void
}

/** Creates a budget of `max` bytes, all free. */
export const createByteBudget = (max: number): ByteBudget => {
  if (!Number.isSafeInteger(max) || max < 1) throw new RangeError('a byte budget is a whole number of at least 1')
  const queue: Waiter[] = []
  let used = 0

  const fits = (bytes: number): boolean => used === 0 || used + bytes <= max

  const serveQueue = (): void => {
    for (let first = queue[0]; first !== undefined && fits(first.bytes); first = queue[0]) {
      queue.shift()
      first.grant()
    }
  }

  const take = (bytes: number): (() => void) => {
    let isReserved = true
    used += bytes
    return () => {
      if (!isReserved) return
      isReserved = false
      used -= bytes
      serveQueue()
    }
  }

  const wait = (bytes: number, signal?: AbortSignal): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        queue.splice(queue.indexOf(waiter), 1)
        reject(signal?.reason)
        // The request that gave up may have been the large one at the head.
        serveQueue()
      }
      const waiter: Waiter = {
        bytes,
        grant: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve(take(bytes))
        },
      }
      queue.push(waiter)
      signal?.addEventListener('abort', onAbort, { once: true })
    })

  return {
    max,
    get used() {
      return used
    },
    get waiting() {
      return queue.length
    },
    async acquire(bytes, signal) {
      if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError('an amount of bytes is a whole number of at least 0')
      signal?.throwIfAborted()
      return queue.length === 0 && fits(bytes) ? take(bytes) : wait(bytes, signal)
    },
  }
}

export interface Semaphore {
  readonly used: number
  readonly waiting: number
  /** Waits for a free slot and returns the function that frees it. Rejects with the signal's reason when that aborts first. */
  acquire(signal?: AbortSignal): Promise<() => void>
}

/** Creates a semaphore with `slots` slots, handed out first come, first served. */
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
