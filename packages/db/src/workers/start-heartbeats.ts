import type { Database } from '../database.js'
import { recordHeartbeat, type WorkerBeat } from './worker-repository.js'

const EVERY_MS = 5_000

export interface Heartbeats {
  /** No more signs of life follow. */
  stop(): Promise<void>
}

/** Gives a sign of life now and every 5 s, or as often as told. A beat that fails is left out: the next one follows soon. */
export const startHeartbeats = (database: Database, read: () => WorkerBeat, everyMs = EVERY_MS): Heartbeats => {
  let last: Promise<void> = Promise.resolve()
  const beat = (): void => {
    last = last.then(() => recordHeartbeat(database, read())).catch(() => {})
  }
  beat()
  const timer = setInterval(beat, everyMs)
  return {
    async stop() {
      clearInterval(timer)
      await last
    },
  }
}
