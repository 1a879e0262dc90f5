import type { KnownRecords } from '@inlet/connector-sdk'
import { caveatIf } from '../../parsing/caveats/caveats.js'
import { normalizeUrl, originOf } from '../address/normalize-url.js'
import type { RobotsCache } from '../robots/robots-cache.js'
import { readSitemaps } from '../sitemap/read-sitemaps.js'
import { type CrawlState, offer, report } from './crawl-state.js'
import { type PageMark, parseMark } from './page-mark.js'
import { STREAM } from './to-record.js'

/** Loads the marks of the stored pages, at most `limit` of them, and the highest generation among them. */
export const loadStored = async (
  known: KnownRecords,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly marks: Map<string, PageMark>; readonly generation: number; readonly complete: boolean }> => {
  const marks = new Map<string, PageMark>()
  let generation = 0
  for await (const { key, validator } of known.entries(STREAM)) {
    signal.throwIfAborted()
    if (marks.size >= limit) return { marks, generation, complete: false }
    const mark = parseMark(validator)
    if (mark !== null) generation = Math.max(generation, mark.g)
    marks.set(key, mark ?? UNKNOWN)
  }
  return { marks, generation, complete: true }
}

/** A stored page without a readable mark; it is read in full. */
const UNKNOWN: PageMark = { c: '', h: '', d: 1, g: Number.POSITIVE_INFINITY }

/**
 * Queues where the crawl begins: start addresses, sitemaps, what could not be read last time, and all
 * stored pages, since a 304 response shows no links.
 */
export const seed = async (state: CrawlState, robots: RobotsCache): Promise<void> => {
  const { config } = state.tools
  const starts = config.startUrls.map((url) => normalizeUrl(url, config)).filter((url) => url !== null)
  for (const url of new Set(starts)) {
    state.starts.total++
    offer(state, { url, depth: 0, hops: 0, start: true })
  }
  for (const origin of new Set(starts.map(originOf))) {
    const { crawlDelayMs } = await robots.rulesFor(state.tools, origin)
    if (crawlDelayMs > config.delayMs) state.frontier.setDelay(origin, crawlDelayMs)
  }
  await seedFromSitemaps(state, robots, starts)
  for (const [url, depth] of state.previous?.again ?? []) if (depth <= config.maxDepth) offer(state, { url, depth, hops: 0, start: false })
  for (const [url, mark] of state.stored) {
    if (mark.c !== '') state.owners.set(mark.c, url)
    if (mark.d <= config.maxDepth) offer(state, { url, depth: mark.d, hops: 0, start: false })
  }
}

const seedFromSitemaps = async (state: CrawlState, robots: RobotsCache, starts: readonly string[]): Promise<void> => {
  const { tools, scope, frontier } = state
  const { sitemap, maxDepth, maxPages } = tools.config
  if (sitemap === 'off' || maxDepth < 1) return
  const required = sitemap !== 'auto'
  const request = {
    tools,
    required,
    ...(required ? { urls: sitemap, guessed: new Set<string>() } : await findSitemaps(state, robots, starts)),
    allows: (origin: string) => scope.hasOrigin(origin),
    maxPages: maxPages * 2,
    onRead: (url: string, damage: string | null) => report(state, [caveatIf('READ_IN_PART', damage !== null, `${url}: ${damage}`)]),
  }
  const entries = readSitemaps(request)
  for (let next = await entries.next(); ; next = await entries.next()) {
    if (next.done === true) {
      if (!next.value) state.unseen.add('a sitemap could not be read completely')
      return
    }
    for (const { url, lastmod } of next.value) {
      const page = normalizeUrl(url, tools.config)
      if (page === null || frontier.stateOf(page) !== undefined) continue
      offer(state, { url: page, depth: 1, hops: 0, start: false, ...(lastmod === undefined ? {} : { lastmod }) })
    }
  }
}

/** Returns the sitemaps of each site that robots.txt names, otherwise the usual URL. */
const findSitemaps = async (
  state: CrawlState,
  robots: RobotsCache,
  starts: readonly string[],
): Promise<{ readonly urls: string[]; readonly guessed: ReadonlySet<string> }> => {
  const found = new Set<string>()
  const guessed = new Set<string>()
  for (const origin of new Set(starts.map((url) => new URL(url).origin))) {
    const { sitemaps } = await robots.rulesFor(state.tools, origin)
    const own = sitemaps
      .flatMap((url) => normalizeUrl(url, { dropTrackingParams: false }) ?? [])
      .filter((url) => state.scope.hasOrigin(new URL(url).origin))
    if (own.length === 0) guessed.add(`${origin}/sitemap.xml`)
    for (const url of own.length > 0 ? own : [`${origin}/sitemap.xml`]) found.add(url)
  }
  return { urls: [...found], guessed }
}
