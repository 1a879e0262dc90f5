import { monotonicNow } from '../time/timers.js'
import { EXIT_INTERRUPTED } from './exit-codes.js'

export type StopSignal = 'SIGTERM' | 'SIGINT'

/** The part of `process` that signals and exits need; tests pass their own. */
export interface ProcessHost {
  on(event: string, listener: (...args: unknown[]) => void): unknown
  off(event: string, listener: (...args: unknown[]) => void): unknown
  exit(code: number): void
}

/** One request to stop often arrives twice: from the terminal or `timeout` to the group, and again from npm or a shell. */
const SAME_REQUEST_MS = 1_000

/** Resolves with the first SIGTERM or SIGINT. Another one more than a second later exits at once with 130. `now` returns monotonic milliseconds. */
export const waitForSignal = (host: ProcessHost = process, now: () => number = monotonicNow): Promise<StopSignal> =>
  new Promise((resolve) => {
    let stoppingSince: number | undefined
    const onSignal = (signal: StopSignal) => (): void => {
      if (stoppingSince !== undefined && now() - stoppingSince > SAME_REQUEST_MS) host.exit(EXIT_INTERRUPTED)
      stoppingSince ??= now()
      resolve(signal)
    }
    host.on('SIGTERM', onSignal('SIGTERM'))
    host.on('SIGINT', onSignal('SIGINT'))
  })
