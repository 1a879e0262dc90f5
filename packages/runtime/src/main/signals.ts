import { EXIT_INTERRUPTED } from './exit-codes.js'

export type StopSignal = 'SIGTERM' | 'SIGINT'

/** The part of `process` that signals and exits need; tests pass their own. */
export interface ProcessHost {
  on(event: string, listener: (...args: unknown[]) => void): unknown
  off(event: string, listener: (...args: unknown[]) => void): unknown
  exit(code: number): void
}

/** Resolves with the first SIGTERM or SIGINT. From then on another one exits at once with 130. */
export const waitForSignal = (host: ProcessHost = process): Promise<StopSignal> =>
  new Promise((resolve) => {
    let stopping = false
    const onSignal = (signal: StopSignal) => (): void => {
      if (stopping) host.exit(EXIT_INTERRUPTED)
      stopping = true
      resolve(signal)
    }
    host.on('SIGTERM', onSignal('SIGTERM'))
    host.on('SIGINT', onSignal('SIGINT'))
  })
