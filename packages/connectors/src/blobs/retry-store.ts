import { setTimeout } from 'node:timers/promises'
import { Failure } from '@inlet/connector-sdk'
import type { BlobStore } from './blob-store.js'

/** Object stores fail single requests with 500 or drop them in normal operation; their own clients retry as well. */
const PAUSES_MS = [200, 1000]

/** Wraps a store to retry twice when a single request fails. A store that cannot be reached, or says it is busy, is left alone. */
export const retryStore = (store: BlobStore): BlobStore => ({
  list: (request, signal) => retried(() => store.list(request, signal), signal),
  describe: (name, signal) => retried(() => store.describe(name, signal), signal),
  read: (request, signal) => retried(() => store.read(request, signal), signal),
})

const retried = async <T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask()
    } catch (thrown) {
      const pause = PAUSES_MS[attempt]
      if (pause === undefined || !isPassing(thrown)) throw thrown
      await setTimeout(pause, undefined, { signal })
    }
  }
}

const isPassing = (thrown: unknown): boolean =>
  thrown instanceof Failure && (thrown.reason === 'UPSTREAM_ERROR' || thrown.reason === 'CONNECTION_LOST')
