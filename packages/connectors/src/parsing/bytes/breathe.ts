import { setImmediate } from 'node:timers/promises'

const TURN_MS = 15

/** A function to call between short steps: lets other work of the process run when the steps together took 15 ms. */
export const createBreath = (): (() => Promise<void>) => {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < TURN_MS) return
    await setImmediate()
    since = performance.now()
  }
}
