import { type CommitState, type Database, readCommitStates } from '@inlet/db'
import { sleep } from '@inlet/runtime'

export interface CommitWatch {
  /** Calls back whenever the state of the run was read, until the returned function is called. */
  watch(runId: string, onState: (state: CommitState) => void): () => void
  close(): Promise<void>
}

const FAST_MS = 50
const SLOW_MS = 250

/**
 * Polls, for all runs of a worker, how far the scribe has stored them. Polling needs no listening connection that could be cut unnoticed, and one
 * small query serves every run. Slows down while nothing changes. The caller closes it.
 */
export const createCommitWatch = (database: Database, onError: (error: unknown) => void): CommitWatch => {
  const watched = new Map<string, (state: CommitState) => void>()
  const stop = new AbortController()
  let polling: Promise<void> | null = null

  const poll = async (): Promise<void> => {
    let pause = FAST_MS
    let last = ''
    while (watched.size > 0 && !stop.signal.aborted) {
      try {
        const states = await readCommitStates(database, [...watched.keys()])
        const seen = states.map((state) => `${state.runId}${state.highWaterMark}`).join()
        pause = seen === last ? Math.min(SLOW_MS, pause * 1.3) : FAST_MS
        last = seen
        for (const state of states) watched.get(state.runId)?.(state)
      } catch (error) {
        pause = SLOW_MS
        onError(error)
      }
      await sleep(pause, stop.signal).catch(() => {})
    }
    polling = null
  }

  return {
    watch(runId, onState) {
      watched.set(runId, onState)
      polling ??= poll()
      return () => void watched.delete(runId)
    },
    async close() {
      stop.abort()
      await polling
    },
  }
}
