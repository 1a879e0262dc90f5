import { type ClaimedSink, claimSinks } from '@inlet/db'
import { sleep } from '@inlet/runtime'
import { type DeliverDeps, deliverChanges, HOLD_MS } from './deliver-changes.js'

export interface SinksDeps extends DeliverDeps {
  /** Names this process. */
  readonly holder: string
  /** How often it looks for sinks that nobody delivers to, in ms: 1,000 by default, and 5,000 while this process has none. */
  readonly everyMs?: number
}

const EVERY_MS = 1_000
const IDLE_MS = 5_000
const AT_A_TIME = 10

/** Delivers to sinks that this process can claim, each by itself. Any number of workers may do so: a sink has one of them at a time. Stopping gives them up. */
export const startSinks = (deps: SinksDeps): (() => Promise<void>) => {
  const stop = new AbortController()
  const delivering = new Set<Promise<void>>()
  const deliver = async (sink: ClaimedSink): Promise<void> => {
    try {
      await deliverChanges(deps, sink, stop.signal)
    } catch (error) {
      // Such as the database: the claim ends by itself, and another one follows.
      deps.log.warn({ err: error, sink: sink.name }, 'changes could not be delivered; they are in a moment')
    }
  }
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        const limit = AT_A_TIME - delivering.size
        for (const sink of limit > 0 ? await claimSinks(deps.database, { holder: deps.holder, holdMs: deps.holdMs ?? HOLD_MS, limit }) : []) {
          const one: Promise<void> = deliver(sink).finally(() => delivering.delete(one))
          delivering.add(one)
        }
      } catch (error) {
        deps.log.warn({ err: error }, 'sinks could not be looked after; they are in a moment')
      }
      await sleep(deps.everyMs ?? (delivering.size === 0 ? IDLE_MS : EVERY_MS), stop.signal).catch(() => {})
    }
  }
  const working = work()
  return async () => {
    stop.abort()
    await working
    await Promise.all(delivering)
  }
}
