import { Failure } from '@inlet/connector-sdk'
import { caveatIf, damageCaveat, encodingCaveats } from '../../parsing/caveats/caveats.js'
import type { HtmlPage } from '../../parsing/html/read-html.js'
import { normalizeUrl } from '../address/normalize-url.js'
import { sketchOf } from '../page/sketch.js'
import { type CrawlState, count, offer, report, type Waiting } from './crawl-state.js'
import { completeRedirect, isHeldBy, recordStartFailure, resolve } from './effects.js'
import type { Visit } from './frontier.js'
import { isLoginForm, noteLogin, refuseLogin } from './login-page.js'
import type { Outcome } from './outcome.js'
import { formatMark, type PageMark } from './page-mark.js'
import { hashRecord, toRecord } from './to-record.js'

type PageOutcome = Extract<Outcome, { kind: 'page' }>

/** URLs that are remembered only to be counted. */
const MAX_NOFOLLOWED = 10_000
/** A meta refresh with a longer delay reloads a page that is meant to be read. */
const MAX_REFRESH_SECONDS = 10

/** Decides whether a page becomes a record, and follows its links. */
export const completePage = (state: CrawlState, visit: Visit, outcome: PageOutcome): void => {
  const { config } = state.tools
  const { page } = outcome
  refuseLogin(visit, page)
  if (isLoginForm(visit.url, page)) noteLogin(state, visit)
  const obey = config.robotsMeta === 'obey'
  if (page.refresh !== undefined && page.refresh.seconds <= MAX_REFRESH_SECONDS && !isSelf(state, visit, page.refresh.url)) {
    return completeRedirect(state, visit, { to: page.refresh.url })
  }
  reportPage(state, visit, outcome)
  if (visit.depth < config.maxDepth) followLinks(state, visit, page, obey)
  if (obey && page.noindex) return leaveOut(state, visit, 'noindex')
  if (page.markdown === '') {
    if (visit.start) recordStartFailure(state, emptyStart(visit.url, config.render))
    return leaveOut(state, visit, 'empty')
  }
  if (isCanonicalElsewhere(state, visit, page)) return
  yieldPage(state, visit, outcome)
}

const emptyStart = (url: string, render: 'http' | 'browser'): Failure =>
  render === 'browser'
    ? new Failure('CONTENT_MISMATCH', `the start address ${url} has no text, even after its scripts have run`)
    : new Failure('CONTENT_MISMATCH', `the start address ${url} has no text; it may need its scripts to run`, {
        next: 'Set render to "browser" if the page shows its text only when its scripts run.',
      })

const leaveOut = (state: CrawlState, visit: Visit, why: string): void => {
  count(state, why, visit.url)
  resolve(state, visit.url, 'other', null)
}

const isSelf = (state: CrawlState, visit: Visit, url: string): boolean => normalizeUrl(url, state.tools.config) === visit.url

const reportPage = (state: CrawlState, { url }: Visit, { page, decoded }: PageOutcome): void => {
  report(state, [
    caveatIf('BOILERPLATE_KEPT', page.keptBoilerplate === true, url),
    ...(decoded === undefined ? [] : [...encodingCaveats(url, decoded), damageCaveat(url, decoded)]),
  ])
}

const followLinks = (state: CrawlState, visit: Visit, page: HtmlPage, obey: boolean): void => {
  const left = [...(page.nofollowLinks ?? []), ...(obey && page.nofollow ? page.links : [])]
  for (const link of left) {
    const url = normalizeUrl(link, state.tools.config)
    if (url !== null && state.nofollowed.size < MAX_NOFOLLOWED && state.scope.classify(url) === 'in') state.nofollowed.add(url)
  }
  for (const link of obey && page.nofollow ? [] : page.links) {
    const url = normalizeUrl(link, state.tools.config)
    if (url !== null) offer(state, { url, depth: visit.depth + 1, hops: 0, start: false })
  }
}

/**
 * Leaves a page that names another URL as canonical to that URL. Since the link is often wrong, the page waits, and
 * stands for itself if the other URL turns out to be no page, or one with different content (RFC 6596, 3: a duplicate or a superset).
 */
const isCanonicalElsewhere = (state: CrawlState, visit: Visit, page: HtmlPage): boolean => {
  if (state.tools.config.canonical === 'ignore' || visit.ignoreCanonical === true || page.canonical === undefined) return false
  // Routes of one document share its canonical URL.
  if (visit.url.includes('#')) return false
  const canonical = normalizeUrl(page.canonical, state.tools.config)
  if (canonical === null || canonical === visit.url) return false
  if (offer(state, { url: canonical, depth: visit.depth, hops: 0, start: false }) === undefined) return false
  return defer(state, { visit, content: null, sketch: sketchOf(page) }, canonical)
}

/** Makes a URL depend on another that is not read yet; returns false if the other is known to be no page. */
const defer = (state: CrawlState, entry: Waiting, owner: string): boolean => {
  const { visit, content } = entry
  const ownerState = state.frontier.stateOf(owner)
  if (ownerState === 'page') {
    if (content === null && !isHeldBy(state, entry, owner)) return false
    leaveOut(state, visit, content === null ? 'canonical_elsewhere' : 'duplicate')
    return true
  }
  if (ownerState !== 'queued') return false
  state.frontier.setState(visit.url, 'waiting')
  const waiting = state.waiting.get(owner) ?? []
  waiting.push(entry)
  state.waiting.set(owner, waiting)
  return true
}

const yieldPage = (state: CrawlState, visit: Visit, outcome: PageOutcome): void => {
  const { url, stored } = visit
  const record = toRecord(url, outcome.page, outcome.contentType)
  const hash = hashRecord(record)
  if (stored !== undefined && stored.c !== hash.content && state.owners.get(stored.c) === url) state.owners.delete(stored.c)
  if (state.tools.config.dedupe) {
    const owner = state.owners.get(hash.content)
    if (owner !== undefined && owner !== url && defer(state, { visit, content: hash.content, sketch: '' }, owner)) return
    state.owners.set(hash.content, url)
  }
  state.pages++
  const mark = toMark(state, visit, outcome, hash)
  if (mark.k !== undefined) state.sketches.set(url, mark.k)
  if (stored !== undefined && stored.h === hash.whole && sameValidators(stored, mark)) {
    count(state, 'unchanged')
    state.emitUnchanged(url)
  } else {
    state.records++
    state.emit({ ...record, validator: formatMark(mark) }, sizeOf(outcome.page))
  }
  resolve(state, url, 'page', hash.content)
}

const toMark = (state: CrawlState, visit: Visit, outcome: PageOutcome, hash: { readonly content: string; readonly whole: string }): PageMark => ({
  c: hash.content,
  h: hash.whole,
  d: visit.depth,
  g: state.generation,
  ...(outcome.etag === undefined ? {} : { e: outcome.etag }),
  ...(outcome.lastModified === undefined ? {} : { m: outcome.lastModified }),
  ...(visit.lastmod === undefined ? {} : { s: visit.lastmod }),
  k: sketchOf(outcome.page),
  ...(outcome.page.hasPassword ? { p: isLoginForm(visit.url, outcome.page) ? 2 : 1 } : {}),
})

/** New validators are worth storing even if the content is the same: without them the page is fetched in full every time. */
const sameValidators = (stored: PageMark, mark: PageMark): boolean => stored.e === mark.e && stored.m === mark.m && stored.s === mark.s

/** Approximates the bytes of a record in JSON. */
const sizeOf = (page: HtmlPage): number =>
  Math.ceil(Buffer.byteLength(page.markdown) * 1.1) + page.links.reduce((sum, link) => sum + link.length + 3, 0) + 1_500
