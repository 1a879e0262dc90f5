import { Failure, toFailure } from '@inlet/connector-sdk'
import { originOf } from '../address/normalize-url.js'
import type { RobotsCache } from '../robots/robots-cache.js'
import { completeVisit } from './complete-visit.js'
import { type CrawlState, count } from './crawl-state.js'
import { recordStartFailure, resolve } from './effects.js'
import { fetchPage } from './fetch-page.js'
import type { Visit } from './frontier.js'
import type { Outcome } from './outcome.js'

export interface PumpOptions {
  readonly state: CrawlState
  readonly robots: RobotsCache
  readonly hasRoom: () => boolean
  /** Called when nothing is left to fetch. */
  readonly onIdle: () => void
  readonly onFailure: (error: unknown) => void
}

/** Keeps as many requests in flight as the settings, the consumer and the page limit allow. */
export interface Pump {
  /** Call it whenever there may be something to do. */
  run(): void
  /** Resolves when no request is left; the caller has already aborted their signal. */
  stop(): Promise<void>
}

export const createPump = ({ state, robots, hasRoom, onIdle, onFailure }: PumpOptions): Pump => {
  const { frontier } = state
  const { maxPages, delayMs } = state.tools.config
  const inFlight = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const visitOne = async (visit: Visit): Promise<void> => {
    try {
      const outcome = await read(visit)
      if (stopped) return
      if (outcome === 'disallowed') completeDisallowed(state, visit)
      else completeVisit(state, visit, outcome)
    } catch (error) {
      if (!stopped) fail(error)
    } finally {
      frontier.done(visit)
    }
  }

  const read = async (visit: Visit): Promise<Outcome | 'disallowed'> => {
    const origin = originOf(visit.url)
    const rules = await robots.rulesFor(state.tools, origin)
    if (rules.crawlDelayMs > delayMs) frontier.setDelay(origin, rules.crawlDelayMs)
    if (!rules.allows(visit.url)) return 'disallowed'
    const { stored } = visit
    const conditional = state.previous !== null && stored !== undefined && stored.g <= state.previous.generation
    if (conditional && state.tools.config.sitemapLastmod && stored.s !== undefined && stored.s === visit.lastmod) return { kind: 'not_modified' }
    return fetchPage(state.tools, visit, conditional, (ms) => frontier.pause(visit.url, performance.now() + ms))
  }

  const fail = (error: unknown): void => {
    stopped = true
    clearTimeout(timer)
    onFailure(toFailure(error))
  }

  const run = (): void => {
    clearTimeout(timer)
    if (stopped) return
    while (hasRoom() && state.pages + frontier.active < maxPages) {
      const visit = frontier.take(performance.now())
      if (visit === undefined) break
      const task = visitOne(visit).finally(() => {
        inFlight.delete(task)
        run()
      })
      inFlight.add(task)
    }
    if (frontier.active > 0 || !hasRoom()) return waitForBucket()
    if (frontier.queued > 0 && state.pages < maxPages) return waitForBucket()
    if (frontier.queued > 0) {
      state.unseen.add('it has more pages than maxPages')
      count(state, 'beyond_max_pages')
    }
    stopped = true
    onIdle()
  }

  /** Wakes when the delay of a site has passed; a fetch that ends and a consumer that takes wake it anyway. */
  const waitForBucket = (): void => {
    const at = hasRoom() && state.pages + frontier.active < maxPages ? frontier.nextReadyAt() : undefined
    if (at !== undefined) timer = setTimeout(run, Math.max(1, Math.ceil(at - performance.now())))
  }

  return {
    run,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await Promise.allSettled(inFlight)
    },
  }
}

const completeDisallowed = (state: CrawlState, visit: Visit): void => {
  count(state, 'robots', visit.url)
  if (visit.start) {
    recordStartFailure(
      state,
      new Failure('ROBOTS_DISALLOWED', `robots.txt of ${originOf(visit.url)} does not allow the start address ${visit.url}`, {
        field: 'config.startUrls',
      }),
    )
  }
  resolve(state, visit.url, 'other', null)
}
