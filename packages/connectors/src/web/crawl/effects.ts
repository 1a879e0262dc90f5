import { Failure } from '@inlet/connector-sdk'
import { normalizeUrl, originOf } from '../address/normalize-url.js'
import { sameTitle, shareIn } from '../page/sketch.js'
import { type CrawlState, count, offer, type Waiting } from './crawl-state.js'
import type { Visit } from './frontier.js'
import { loginRequired, namesLogin, noteLogin, noteRedirect } from './login-page.js'

const MAX_HOPS = 5

/** Records a start address that yielded no page. If none does, the crawl fails with the first of these failures. */
export const recordStartFailure = (state: CrawlState, failure: Failure): void => {
  state.starts.failed++
  state.starts.failure ??= failure
}

/** Sets the final state of a URL and releases those that waited for it in vain to be read. */
export const resolve = (state: CrawlState, url: string, as: 'page' | 'other', content: string | null): void => {
  state.frontier.setState(url, as)
  const waiting = state.waiting.get(url)
  if (waiting === undefined) return
  state.waiting.delete(url)
  for (const entry of waiting) {
    const { visit, content: wanted } = entry
    if (as === 'page' && (wanted === null ? isHeldBy(state, entry, url) : wanted === content)) {
      state.frontier.setState(visit.url, 'other')
      count(state, wanted === null ? 'canonical_elsewhere' : 'duplicate', visit.url)
    } else state.frontier.requeue(wanted === null ? { ...visit, ignoreCanonical: true } : visit)
  }
}

/**
 * A page that shares less than this of its words with the page it names as canonical is not its duplicate; the same path with other parameters
 * may well be sorted or filtered.
 */
const MIN_HELD = 0.8
const MIN_HELD_OF_PATH = 0.5

const pathOf = (url: string): string => url.split('?', 1)[0] ?? url

/** Whether the page that a URL names as canonical contains its content; false if that cannot be known, so that no content is lost. */
export const isHeldBy = (state: CrawlState, { visit, sketch }: Waiting, canonical: string): boolean => {
  const other = state.sketches.get(canonical)
  const least = pathOf(visit.url) === pathOf(canonical) ? MIN_HELD_OF_PATH : MIN_HELD
  const isHeld = other !== undefined && sameTitle(sketch, other) && (shareIn(sketch, other) ?? 0) >= least
  if (!isHeld) count(state, 'canonical_ignored', visit.url)
  return isHeld
}

/** Keeps what is stored of a page that, as far as we know, still exists. */
export const keep = (state: CrawlState, visit: Visit, why: string): void => {
  count(state, why)
  if (visit.stored === undefined) return resolve(state, visit.url, 'other', null)
  state.pages++
  if (visit.stored.p === 2) noteLogin(state, visit)
  if (visit.stored.k !== undefined) state.sketches.set(visit.url, visit.stored.k)
  state.emitUnchanged(visit.url)
  resolve(state, visit.url, 'page', visit.stored.c)
}

/** Follows a redirect as a URL of its own, so that scope, robots.txt, delay and stored state apply to the target. */
export const completeRedirect = (
  state: CrawlState,
  visit: Visit,
  { to, cookies = false }: { readonly to: string; readonly cookies?: boolean },
): void => {
  count(state, 'redirect')
  const target = normalizeUrl(to, state.tools.config)
  // With the cookies just set, the same URL may now return its page.
  if (target === visit.url && cookies && visit.hops < MAX_HOPS) return state.frontier.requeue({ ...visit, hops: visit.hops + 1 })
  if (target === visit.url) return selfRedirect(state, visit)
  resolve(state, visit.url, 'other', null)
  if (target === null) return
  noteRedirect(state, visit, target)
  if (visit.hops >= MAX_HOPS) {
    count(state, 'too_many_redirects')
    if (visit.start)
      recordStartFailure(state, new Failure('TOO_MANY_REDIRECTS', `the start address redirects more than ${MAX_HOPS} times, last to ${target}`))
    return
  }
  if (visit.start && !state.scope.hasOrigin(originOf(target))) {
    if (!isSameSite(visit.url, target)) return recordStartFailure(state, otherSite(visit.url, target))
    state.scope.addOrigin(originOf(target))
  }
  const { depth, hops, start } = visit
  const movedFrom = visit.movedFrom ?? (visit.start || visit.stored !== undefined ? visit.url : undefined)
  const known = offer(state, { url: target, depth, hops: hops + 1, start, ...(movedFrom === undefined ? {} : { movedFrom }) })
  if (known === 'known' && cookies && state.frontier.stateOf(target) === 'other') {
    return state.frontier.requeue({ url: target, depth, hops: hops + 1, start, ...(movedFrom === undefined ? {} : { movedFrom }) })
  }
  if (known === 'known' && visit.start && visit.hops > 0 && state.frontier.stateOf(target) === 'other') {
    recordStartFailure(state, new Failure('TOO_MANY_REDIRECTS', `the start address ${visit.url} redirects in a circle`))
  }
}

/** The difference is only what normalizing removes, e.g. a fragment or a tracking parameter. */
const selfRedirect = (state: CrawlState, visit: Visit): void => {
  if (visit.start) recordStartFailure(state, new Failure('TOO_MANY_REDIRECTS', `the start address ${visit.url} redirects to itself`))
  keep(state, visit, 'redirect_to_itself')
}

/** The failure for a start address that leads to another site: the crawl would read that one instead. */
export const otherSite = (from: string, to: string): Failure => {
  const message = `the start address ${from} redirects to another site, ${to}`
  return namesLogin(to)
    ? loginRequired(`${message}, which is a login page by its address`)
    : new Failure('UPSTREAM_INVALID', message, {
        next: 'Use the final address as the start address if you mean that site. If readers log in there, set the credentials or the session cookie of the source.',
      })
}

/**
 * Whether two URLs belong to one site as people understand it: the same host with or without `www.`, and http or
 * https on their usual ports, or the same port.
 */
export const isSameSite = (a: string, b: string): boolean => {
  const [first, second] = [new URL(a), new URL(b)]
  return first.port === second.port && bareHost(first) === bareHost(second)
}

const bareHost = (url: URL): string => url.hostname.replace(/^www\./, '')
