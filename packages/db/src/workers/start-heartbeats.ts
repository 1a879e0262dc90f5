import type { Database } from '../database.js'
import { recordHeartbeat, type WorkerHeartbeat } from './worker-repository.js'

const EVERY_MS = 5_000

export interface Heartbeats {
  /** Sends one now: what it says has changed. */
  beat(): void
  /** No heartbeats follow once this resolves. */
  stop(): Promise<void>
}

type Trouble = Pick<WorkerHeartbeat, 'refuses' | 'problem' | 'reason'>

/** Returns what keeps a process from its work: its own reason to take none, otherwise a database that refuses what it writes. */
export const toTrouble = (database: Pick<Database, 'refusal'>, own: Omit<Trouble, 'reason'>): Trouble => {
  const refusal = own.refuses === null ? database.refusal() : null
  return refusal === null ? { ...own, reason: null } : { refuses: null, problem: refusal.message, reason: refusal.reason }
}

/** Sends a heartbeat now and every `everyMs`. One that fails is skipped: the next one follows soon. The caller stops it. */
export const startHeartbeats = (database: Database, read: () => WorkerHeartbeat, everyMs = EVERY_MS): Heartbeats => {
  let last: Promise<void> = Promise.resolve()
  const send = (): void => {
    last = last.then(() => recordHeartbeat(database, read())).catch(() => {})
  }
  send()
  const timer = setInterval(send, everyMs)
  return {
    beat: send,
    async stop() {
      clearInterval(timer)
      await last
    },
  }
}
