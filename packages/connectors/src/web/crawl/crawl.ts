import { setMaxListeners } from 'node:events'
import { Failure, type KnownRecords, type Page, type ReadEnd } from '@inlet/connector-sdk'
import { normalizeUrl, originOf } from '../address/normalize-url.js'
import { createScope } from '../address/scope.js'
import { createQueryBudget } from '../address/trap.js'
import type { RobotsCache } from '../robots/robots-cache.js'
import { type CrawlCursor, createAgainList, settingsFingerprint } from './crawl-cursor.js'
import { type CrawlState, MORE_ADDRESSES } from './crawl-state.js'
import type { CrawlTools } from './crawl-tools.js'
import { crawlEnd, finish } from './finish.js'
import { createFrontier } from './frontier.js'
import { createLoginTally } from './login-page.js'
import { createOutbox } from './outbox.js'
import { createPump } from './pump.js'
import { loadStored, seed } from './seed.js'

export interface CrawlRequest {
  /** `signal` is the caller's; the crawl derives its own from it. */
  readonly tools: CrawlTools
  readonly known: KnownRecords
  readonly robots: RobotsCache
  readonly cursor: CrawlCursor | null
}

/** The number of URLs a crawl remembers, which bounds its memory. */
const maxSeen = (maxPages: number): number => Math.min(maxPages * 10 + 1_000, 1_000_000)

/**
 * Reads a site and yields its pages as they come. Fetching continues while the consumer works, at most two pages of records
 * ahead. Every way out, including `return()`, first ends all requests.
 */
export async function* crawl({ tools: outer, known, robots, cursor }: CrawlRequest): AsyncGenerator<Page, ReadEnd, void> {
  const stop = new AbortController()
  const tools = { ...outer, signal: AbortSignal.any([outer.signal, stop.signal]) }
  // Every request in flight listens to it.
  setMaxListeners(0, tools.signal)
  const outbox = createOutbox({ onRoom: () => pump.run() })
  const onAbort = (): void => outbox.fail(new Failure('CANCELLED', 'the crawl was cancelled'))
  const state = await createState(
    { tools, known, robots, cursor },
    {
      emit: (record, bytes) => outbox.put(record, bytes),
      emitUnchanged: (url) => outbox.putUnchanged(url),
    },
  )
  const pump = createPump({
    state,
    robots,
    hasRoom: () => outbox.hasRoom,
    onIdle: () => {
      try {
        outbox.end(finish(state))
      } catch (error) {
        outbox.fail(error)
      }
    },
    onFailure: (error) => outbox.fail(error),
  })
  outer.signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (outer.signal.aborted) onAbort()
    else await seed(state, robots)
    pump.run()
    const progress = (): NonNullable<Page['progress']> => ({ done: state.pages, total: state.pages + state.frontier.queued + state.frontier.active })
    for (let page = await outbox.take(progress); page !== null; page = await outbox.take(progress)) yield page
    return crawlEnd(state)
  } finally {
    outer.signal.removeEventListener('abort', onAbort)
    stop.abort()
    await pump.stop()
  }
}

const createState = async ({ tools, known, cursor }: CrawlRequest, output: Pick<CrawlState, 'emit' | 'emitUnchanged'>): Promise<CrawlState> => {
  const { config } = tools
  const { startUrls, concurrency, delayMs, maxPages } = config
  const limit = maxSeen(maxPages)
  const { marks, generation, complete } = await loadStored(known, limit, tools.signal)
  const starts = startUrls.flatMap((url) => normalizeUrl(url, config) ?? [])
  return {
    tools,
    scope: createScope({ ...config, startUrls: starts.map((url) => `${originOf(url)}/`) }),
    frontier: createFrontier({ concurrency, delayMs, maxSeen: limit }),
    queries: createQueryBudget(),
    stored: marks,
    previous: cursor?.settings === settingsFingerprint(config) ? cursor : null,
    generation: Math.max(generation, cursor?.generation ?? 0) + 1,
    owners: new Map(),
    waiting: new Map(),
    tally: new Map(),
    examples: new Map(),
    caveats: {},
    sketches: new Map(),
    nofollowed: new Set(),
    logins: createLoginTally(),
    unread: createAgainList(),
    dead: [],
    starts: { total: 0, failed: 0, failure: undefined },
    pages: 0,
    records: 0,
    unseen: new Set(complete ? [] : [MORE_ADDRESSES]),
    remembered: true,
    consecutiveFailures: 0,
    ...output,
  }
}
