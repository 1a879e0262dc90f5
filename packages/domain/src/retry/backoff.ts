/**
 * Returns an exponential back-off with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): uniform in [0, min(cap, base *
 * 2^attempt)). `attempt` counts from 0, `random` is in [0, 1).
 */
export const fullJitter = (options: { readonly baseMs: number; readonly capMs: number; readonly attempt: number; readonly random: number }): number =>
  Math.floor(options.random * Math.min(options.capMs, options.baseMs * 2 ** Math.min(options.attempt, 30)))

/** Returns when a failed source restarts automatically: 30 s doubling up to 1 h, with jitter between half and all of it. */
export const restartDelayMs = (consecutiveFailures: number, random: number): number => {
  const whole = Math.min(3_600_000, 30_000 * 2 ** Math.min(Math.max(consecutiveFailures - 1, 0), 20))
  return Math.floor(whole / 2 + (random * whole) / 2)
}
