import { setImmediate } from 'node:timers/promises'

const SLICE_MS = 15

/** A function to call between short steps: lets other work of the process run when the steps together took 15 ms. */
export const createYield = (): (() => Promise<void>) => {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < SLICE_MS) return
    await setImmediate()
    since = performance.now()
  }
}
