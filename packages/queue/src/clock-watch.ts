import { hostname } from 'node:os'
import { setAlignedInterval } from '@inlet/runtime'

/** Beyond this difference from the queue server's clock (ms), locks and delays cannot be trusted. */
const MAX_SKEW_MS = 2_000
const LOOK_MS = 5_000
/** The interval while the clock is right: a step is noticed at once anyway. */
const RIGHT_LOOK_MS = 30_000
/** How often this machine's clock is compared with its own monotonic one, which reveals a step at once. */
const STEP_LOOK_MS = 250

/** Named, since what is said here is read on other machines. */
const ITS_CLOCK = `the clock of ${hostname()}`

export interface ClockWatch {
  /** Returns why no jobs are taken, or null. */
  problem(): string | null
  stop(): void
}

export interface ClockWatchOptions {
  /** Returns how far this machine's clock is ahead of the server's, in ms. */
  readonly readSkewMs: () => Promise<number>
  /** Called when the clock is found right for the first time, and each time after it was wrong. */
  readonly onRight: () => void
  readonly onWrong: (problem: string) => void
  /** Wall clock and monotonic clock in ms. */
  readonly clocks?: { readonly wall: () => number; readonly monotonic: () => number }
}

const CLOCKS = { wall: () => Date.now(), monotonic: () => performance.now() }

/**
 * Watches this machine's clock for work that must not be done with a wrong one. Nothing may begin before the clock was found right; while the server
 * does not respond, the last result stands. The caller stops it.
 */
export const startClockWatch = ({ readSkewMs, onRight, onWrong, clocks = CLOCKS }: ClockWatchOptions): ClockWatch => {
  let state: { readonly problem: string; readonly wrong: boolean } | null = {
    problem: `${ITS_CLOCK} has not been compared yet`,
    wrong: false,
  }
  let looking = false
  let stopped = false
  const offset = (): number => clocks.wall() - clocks.monotonic()
  let usual = offset()
  let lookedAt = Number.NEGATIVE_INFINITY

  const refuse = (problem: string): void => {
    const known = state?.wrong === true
    state = { problem, wrong: true }
    if (!known) onWrong(problem)
  }
  const look = async (): Promise<void> => {
    if (looking) return
    looking = true
    lookedAt = clocks.monotonic()
    const before = offset()
    try {
      const skewMs = await readSkewMs()
      if (stopped) return
      if (Math.abs(skewMs) > MAX_SKEW_MS)
        refuse(`${ITS_CLOCK} is ${Math.abs(skewMs / 1_000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} the database's`)
      else if (state !== null) {
        usual = before
        state = null
        onRight()
      } else usual = before
    } catch {
      // The server is unavailable: its own probe reports that.
    } finally {
      looking = false
    }
  }
  const lookForStep = (): void => {
    if (state !== null || Math.abs(offset() - usual) <= MAX_SKEW_MS) return
    refuse(`${ITS_CLOCK} was set; it is compared with the database again`)
    void look()
  }
  const lookAgain = (): void => {
    if (state !== null || clocks.monotonic() - lookedAt > RIGHT_LOOK_MS - LOOK_MS / 2) void look()
  }
  void look()
  const timers = [setAlignedInterval(lookAgain, LOOK_MS), setAlignedInterval(lookForStep, STEP_LOOK_MS)]
  return {
    problem: () => state?.problem ?? null,
    stop: () => {
      stopped = true
      for (const stop of timers) stop()
    },
  }
}

/**
 * Shares the server's response for some seconds among all clock watches in a process. Compares with the monotonic clock, so that a step of this
 * machine's clock shows at once.
 */
export const shareSkew = (readSkewMs: () => Promise<number>, clocks: NonNullable<ClockWatchOptions['clocks']> = CLOCKS): (() => Promise<number>) => {
  const offset = (): number => clocks.wall() - clocks.monotonic()
  let known: { readonly at: number; readonly base: Promise<number> } | null = null
  return async () => {
    if (known === null || clocks.monotonic() - known.at > LOOK_MS) {
      const reading = { at: clocks.monotonic(), base: readSkewMs().then((skewMs) => skewMs - offset()) }
      known = reading
      reading.base.catch(() => {
        if (known === reading) known = null
      })
    }
    return (await known.base) + offset()
  }
}

/** Returns how far a clock is ahead of the server's, from its readings before and after asking the server; 0 when it may be right. All in ms. */
export const skewBetween = (before: number, server: number, after: number): number => Math.max(0, before - server) + Math.min(0, after - server)
