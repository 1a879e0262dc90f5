import type { Logger } from '@inlet/observability'
import type { Queues } from '@inlet/queue'

export const RECONCILE_EVERY_MS = 15_000

/**
 * Enqueues the maintenance job of the current time slot, once. Every worker does so; the slot determines the job's id, so it runs once, and continues
 * after the queue was lost, which a scheduler inside the queue would not. Returns a function that stops it.
 */
export const startMaintenanceClock = (queues: Pick<Queues, 'enqueueMaintenance'>, log: Logger): (() => void) => {
  let taken = Number.NaN
  const tick = (): void => {
    const slot = Math.floor(Date.now() / RECONCILE_EVERY_MS)
    if (slot === taken) return
    taken = slot
    queues.enqueueMaintenance('reconcile', slot).catch((error: unknown) => {
      // Retried in a moment.
      taken = Number.NaN
      log.warn({ err: error }, 'maintenance could not be enqueued')
    })
  }
  tick()
  const timer = setInterval(tick, RECONCILE_EVERY_MS / 3)
  return () => clearInterval(timer)
}

/** Returns a function that returns true on its first call and then once per period (ms), for work that is too expensive for every pass. */
export const createThrottle = (everyMs: number, now: () => number): (() => boolean) => {
  let next = Number.NEGATIVE_INFINITY
  return () => {
    if (now() < next) return false
    next = now() + everyMs
    return true
  }
}
