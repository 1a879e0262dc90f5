import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '@inlet/connector-sdk'

export type Wait = (ms: number, signal: AbortSignal) => Promise<void>

/** Waits, or throws CANCELLED as soon as the signal aborts. */
export const wait: Wait = async (ms, signal) => {
  try {
    await delay(ms, undefined, { signal })
  } catch (cause) {
    throw new Failure('CANCELLED', 'the read was cancelled', { cause })
  }
}
