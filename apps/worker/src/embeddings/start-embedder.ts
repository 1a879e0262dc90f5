import { type Claimant, finishDroppedGenerations, type Generation, listGenerations, pauseGeneration, readCoverage, walkRecords } from '@inlet/db'
import { toFailure } from '@inlet/domain'
import type { Logger, Metrics } from '@inlet/observability'
import { sleep } from '@inlet/runtime'
import { BudgetUsed, createBatchSizes, type EmbeddingDeps, embedPending } from './embed-pending.js'

export interface EmbedderDeps extends EmbeddingDeps {
  readonly metrics: Pick<Metrics, 'countEmbeddings' | 'replaceEmbeddingStates' | 'beforeScrape'>
  readonly log: Logger
  /** How often to look for work when none is waiting, in ms; default 2,000. */
  readonly everyMs?: number
}

const EVERY_MS = 2_000
/** While no model is configured. */
const WITHOUT_MODEL_MS = 30_000
const SCRAPED_MS = 15_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 900_000
/** For failures that only a change by a user repairs; a change of the generation ends the pause at once. */
const BROKEN_PAUSE_MS = 300_000

/**
 * Makes the vectors of all generations, independently of jobs and without a queue: a table holds what is waiting. Any number of workers may do so,
 * each claiming its own records. Without a generation it only looks at an empty table. Returns a function that stops it.
 */
export const startEmbedder = (deps: EmbedderDeps): (() => Promise<void>) => {
  const stop = new AbortController()
  const { signal } = stop
  const sizes = createBatchSizes()
  const unreleased = new Set<Claimant>()
  deps.metrics.beforeScrape(
    'embeddings',
    async () => {
      const states = []
      for (const generation of await listGenerations(deps.database))
        if (generation.deletingAt === null) states.push({ generation: generation.id, ...(await readCoverage(deps.database, generation)) })
      deps.metrics.replaceEmbeddingStates(states)
    },
    { maxAgeMs: SCRAPED_MS },
  )

  /** Returns whether there was anything to do. */
  const serve = async (generation: Generation): Promise<boolean> => {
    const walked = await walkRecords(deps.database, generation.space)
    if (generation.pausedUntil !== null && generation.pausedUntil.getTime() > Date.now()) return walked
    try {
      return (await embedPending(deps, generation, { sizes, unreleased, signal })) > 0 || walked
    } catch (error) {
      if (signal.aborted) return false
      const pause = pauseAfter(error, generation.failures)
      await pauseGeneration(deps.database, { space: generation.space, ...pause })
      deps.log.warn({ err: error, model: generation.model, pauseMs: pause.ms }, 'search vectors cannot be made; it will be retried')
      return false
    }
  }
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      let busy = false
      let restMs = deps.everyMs ?? EVERY_MS
      try {
        const generations = await listGenerations(deps.database)
        if (generations.length === 0) restMs = deps.everyMs ?? WITHOUT_MODEL_MS
        if (generations.some(({ deletingAt }) => deletingAt !== null)) await finishDroppedGenerations(deps.database, signal)
        for (const generation of generations.filter(({ deletingAt }) => deletingAt === null))
          if (!signal.aborted && (await serve(generation))) busy = true
      } catch (error) {
        deps.log.warn({ err: error }, 'a pass over the search vectors failed; it will be retried')
      }
      if (!busy) await sleep(restMs, signal).catch(() => {})
    }
  }
  const working = work()
  return async () => {
    stop.abort(new DOMException('the worker ends', 'AbortError'))
    await working
  }
}

/** Returns how long to pause calls to the endpoint, and why. */
const pauseAfter = (error: unknown, failures: number): { readonly ms: number; readonly problem: string } => {
  if (error instanceof BudgetUsed) return { ms: untilTomorrow(Date.now()), problem: error.message }
  const { reason, code, message, retryAfterMs } = toFailure(error)
  const growing = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 20))
  const ms = retryAfterMs ?? (code === 'transient' || code === 'rate_limited' ? growing : Math.max(growing, BROKEN_PAUSE_MS))
  return { ms, problem: `${reason}: ${message}` }
}

const DAY_MS = 86_400_000
const untilTomorrow = (now: number): number => DAY_MS - (now % DAY_MS)
