import type { Database } from '../database.js'
import { noteAlive, type WorkerBeat } from './worker-repository.js'

const EVERY_MS = 5_000

export interface Beating {
  /** No more signs of life follow. */
  stop(): Promise<void>
}

/** Gives a sign of life now and every 5 s, or as often as told. A beat that fails is left out: the next one follows soon. */
export const startBeating = (database: Database, read: () => WorkerBeat, everyMs = EVERY_MS): Beating => {
  let last: Promise<void> = Promise.resolve()
  const beat = (): void => {
    last = last.then(() => noteAlive(database, read())).catch(() => {})
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
