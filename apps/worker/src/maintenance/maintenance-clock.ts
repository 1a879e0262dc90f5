import type { Logger } from '@inlet/observability'
import type { Queues } from '@inlet/queue'

export const RECONCILE_EVERY_MS = 15_000

/**
 * Puts the maintenance job of the current time slot into the queue, once. Every worker does so and the slot makes the job's
 * id, so it runs once, and continues after the queue was lost, which a scheduler inside the queue would not.
 */
export const startMaintenanceClock = (queues: Pick<Queues, 'enqueueMaintenance'>, log: Logger): (() => void) => {
  let taken = Number.NaN
  const tick = (): void => {
    const slot = Math.floor(Date.now() / RECONCILE_EVERY_MS)
    if (slot === taken) return
    taken = slot
    queues.enqueueMaintenance('reconcile', slot).catch((error: unknown) => {
      // Once more in a moment.
      taken = Number.NaN
      log.warn({ err: error }, 'maintenance could not be enqueued')
    })
  }
  tick()
  const timer = setInterval(tick, RECONCILE_EVERY_MS / 3)
  return () => clearInterval(timer)
}

/** Answers true at the first call and then once in every period (ms), for what costs too much for each pass. */
export const createThrottle = (everyMs: number, now: () => number): (() => boolean) => {
  let next = Number.NEGATIVE_INFINITY
  return () => {
    if (now() < next) return false
    next = now() + everyMs
    return true
  }
}
