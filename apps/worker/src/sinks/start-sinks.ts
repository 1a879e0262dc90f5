import { type ClaimedSink, claimSinks, readSinkLags } from '@inlet/db'
import { explainSink } from '@inlet/domain'
import { sleep } from '@inlet/runtime'
import { type DeliverDeps, deliverChanges, HOLD_MS } from './deliver-changes.js'

export interface SinksDeps extends DeliverDeps {
  /** Identifies this process. */
  readonly holder: string
  /** How often to look for sinks to claim, in ms: default 1,000, and up to 20,000 while this process has none. */
  readonly everyMs?: number
}

const EVERY_MS = 1_000
const IDLE_MS = 5_000
const LONGEST_IDLE_MS = 20_000
const AT_A_TIME = 10
/** Minimum time between two reads of the sinks' lag. */
const SCRAPED_MS = 10_000

const toStanding = ({ lag, ...sink }: Awaited<ReturnType<typeof readSinkLags>>[number]) => ({
  sink: sink.name,
  status: explainSink({ ...sink, fillsUp: lag.fillsUp, waiting: lag.waiting, lagSeconds: lag.seconds }).status,
  waiting: lag.waiting,
  lagMs: (lag.seconds ?? 0) * 1_000,
})

/**
 * Delivers to the sinks that this process can claim, each independently. Any number of workers may do so: a sink belongs to one at a time. Returns a
 * function that stops and releases them.
 */
export const startSinks = (deps: SinksDeps): (() => Promise<void>) => {
  const stop = new AbortController()
  const delivering = new Set<Promise<void>>()
  deps.metrics.beforeScrape('sinks', async () => deps.metrics.replaceSinks((await readSinkLags(deps.database)).map(toStanding)), {
    maxAgeMs: SCRAPED_MS,
  })
  const deliver = async (sink: ClaimedSink): Promise<void> => {
    try {
      await deliverChanges(deps, sink, stop.signal)
    } catch (error) {
      // For example the database is unavailable: the claim expires by itself, and another one follows.
      deps.log.warn({ err: error, sink: sink.name }, 'changes could not be delivered; it will be retried')
    }
  }
  const work = async (): Promise<void> => {
    let idleMs = IDLE_MS
    while (!stop.signal.aborted) {
      try {
        const limit = AT_A_TIME - delivering.size
        for (const sink of limit > 0 ? await claimSinks(deps.database, { holder: deps.holder, holdMs: deps.holdMs ?? HOLD_MS, limit }) : []) {
          const one: Promise<void> = deliver(sink).finally(() => delivering.delete(one))
          delivering.add(one)
        }
      } catch (error) {
        deps.log.warn({ err: error }, 'a pass over the sinks failed; it will be retried')
      }
      idleMs = delivering.size > 0 ? IDLE_MS : Math.min(LONGEST_IDLE_MS, idleMs + IDLE_MS)
      await sleep(deps.everyMs ?? (delivering.size === 0 ? idleMs : EVERY_MS), stop.signal).catch(() => {})
    }
  }
  const working = work()
  return async () => {
    stop.abort()
    await working
    await Promise.all(delivering)
  }
}
