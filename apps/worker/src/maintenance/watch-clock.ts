import type { Logger } from '@inlet/observability'
import type { Consumer } from '@inlet/queue'

const LOOK_MS = 10_000
/** Beyond this difference from the database's clock (s) schedulers and locks cannot be trusted. */
const MAX_SKEW_SECONDS = 2

export interface ClockWatch {
  /** Why the worker takes no work, or null. */
  problem(): string | null
  stop(): void
}

/** Compares this machine's clock with the database's and takes no jobs while they differ too much. */
export const watchClock = (deps: {
  readonly readSkew: () => Promise<number>
  readonly consumers: readonly Pick<Consumer, 'pause' | 'resume'>[]
  readonly log: Logger
}): ClockWatch => {
  let problem: string | null = null
  const look = async (): Promise<void> => {
    try {
      const skew = await deps.readSkew()
      const wrong = Math.abs(skew) > MAX_SKEW_SECONDS
      if (wrong && problem === null) {
        problem = `the clock of this machine is ${skew.toFixed(1)} s off the database's`
        deps.log.error({ skewSeconds: skew }, 'clock too far off; no jobs are taken until it is right')
        for (const consumer of deps.consumers) await consumer.pause()
      } else if (!wrong && problem !== null) {
        problem = null
        deps.log.info({ skewSeconds: skew }, 'clock is right again')
        for (const consumer of deps.consumers) consumer.resume()
      }
    } catch {
      // The database is away: its own probe says so.
    }
  }
  void look()
  const timer = setInterval(() => void look(), LOOK_MS)
  return { problem: () => problem, stop: () => clearInterval(timer) }
}
