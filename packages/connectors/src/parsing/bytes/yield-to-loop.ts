import { setImmediate } from 'node:timers/promises'

const SLICE_MS = 15

/** Returns a function to call between short steps: it yields to other work of the process whenever the steps together have taken 15 ms. */
export const createYield = (): (() => Promise<void>) => {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < SLICE_MS) return
    await setImmediate()
    since = performance.now()
  }
}
